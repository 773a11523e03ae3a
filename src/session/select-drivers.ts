import type { Driver } from '../domain/driver.ts';
import { F1Error } from '../domain/errors.ts';
import type { SessionTable } from '../domain/table.ts';

/**
 * The drivers named by code or car number, in their own order (no names = all); a name of nobody goes to `onUnknown`.
 * Throws F1_USAGE when none of the names is a driver's.
 */
export function chooseDrivers(
  drivers: readonly Driver[],
  names: readonly string[],
  onUnknown: (name: string) => void,
): readonly Driver[] {
  if (names.length === 0) return drivers;
  const chosen = new Set<Driver>();
  for (const name of names) {
    const driver = drivers.find((candidate) => isNamed(candidate, name));
    if (driver === undefined) onUnknown(name);
    else chosen.add(driver);
  }
  if (chosen.size === 0) {
    const known = drivers.map((driver) => driver.code).join(', ');
    throw new F1Error('F1_USAGE', `None of the drivers ${names.join(', ')} is in this session`, {
      hint: `Its drivers are ${known || 'not known'}`,
      exitCode: 2,
    });
  }
  return drivers.filter((driver) => chosen.has(driver));
}

/**
 * The session with only the drivers named by code or car number (no names = all); a name that is in no session goes to
 * `onUnknown`. Throws F1_USAGE when none of them is in the session.
 */
export function selectDrivers(
  session: SessionTable,
  names: readonly string[],
  onUnknown: (name: string) => void,
): SessionTable {
  if (names.length === 0) return session;
  const drivers = chooseDrivers(session.drivers, names, onUnknown);
  const numbers = new Set(drivers.map(({ number }) => number));
  return { ...session, drivers, tables: session.tables.filter(({ driver }) => numbers.has(driver.number)) };
}

/** True when the text is the driver's code (in any case) or car number. */
export function isNamed(driver: Driver, name: string): boolean {
  return driver.number === name.trim() || driver.code.toUpperCase() === name.trim().toUpperCase();
}
