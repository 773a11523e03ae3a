import { unlistedDriver, type Driver } from '../domain/driver.ts';
import type { LapSession } from '../domain/raw-session.ts';

/** Drivers of the entry list; without one every car with data stands for itself, in numeric order. */
export function enteredDrivers({
  drivers,
  car,
  pos,
}: Pick<LapSession, 'drivers' | 'car' | 'pos'>): readonly Driver[] {
  if (drivers.length > 0) return drivers;
  const numbers = new Set([...car.keys(), ...pos.keys()]);
  return [...numbers].sort((a, b) => Number(a) - Number(b)).map(unlistedDriver);
}
