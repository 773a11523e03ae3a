import { stationM } from './circuit.ts';
import type { Circuit } from './circuit.ts';

/** What the model car can do. Speeds in m/s, accelerations in m/s². Plausible for 2022–25 cars, not measured. */
export const carModel = {
  /** Drive power at the wheels [W]. */
  powerW: 740_000,
  /** With driver, without fuel [kg]. */
  massKg: 800,
  /** ½ρ·C_dA [kg/m], and what an open rear wing leaves of it. */
  dragKgM: 0.83,
  drsDragShare: 0.8,
  /** Rolling resistance. */
  rollingMs2: 0.15,
  lateral: (speed: number): number => 17 + 0.0038 * speed * speed,
  braking: (speed: number): number => 15 + 0.0042 * speed * speed,
  traction: (speed: number): number => 10.5 + 0.0014 * speed * speed,
  topSpeed: 94,
} as const;

/** Fastest speed at each station by cornering grip alone. */
export function cornerSpeeds(circuit: Circuit): Float64Array {
  return circuit.curvature.map((curvature) => {
    const free = curvature - 0.0038;
    return free <= 0 ? carModel.topSpeed : Math.min(carModel.topSpeed, Math.sqrt(17 / free));
  });
}

/** Greatest acceleration by engine and tyres at a speed, in a corner taken at `use` (0–1) of its speed. */
export function drive(speed: number, massKg: number, drag: number, use: number): number {
  const grip = Math.sqrt(Math.max(0.04, 1 - use ** 4));
  const force = Math.min(carModel.traction(speed) * grip, carModel.powerW / (massKg * Math.max(speed, 5)));
  return force - (drag * speed * speed) / massKg - carModel.rollingMs2;
}

/**
 * Highest speed from which every later corner can still be made: corner speeds lowered by a backward pass at the
 * braking limit. Two rounds, because the lap is closed.
 */
export function brakingProfile(circuit: Circuit, corners: Float64Array): Float64Array {
  const profile = Float64Array.from(corners);
  for (let index = 2 * circuit.stations; index > 0; index -= 1) {
    const at = (index - 1) % circuit.stations;
    const next = profile[index % circuit.stations]!;
    const reachable = Math.sqrt(next * next + 2 * carModel.braking(next) * stationM);
    profile[at] = Math.min(profile[at]!, reachable);
  }
  return profile;
}
