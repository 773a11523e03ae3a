export { simulatedLaps, writeSimulatedRace } from './write-race.ts';
export type { SimulateOptions, SimulatedRaceInfo } from './write-race.ts';
