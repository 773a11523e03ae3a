import { knownTopics } from '../topics/topics.ts';

/** What tables of a session hold, as topics of the archive would. */
export interface TablesHold {
  readonly car: boolean;
  readonly pos: boolean;
  readonly laps: boolean;
  readonly stints: boolean;
  readonly weather: boolean;
}

/** Topics of the archive that no table stands for, and what is not shown without them. */
export function absentTopics(
  hold: TablesHold,
  isRace: boolean,
): { readonly topic: string; readonly reason: string }[] {
  // Who drives and what session it is comes from the manifest and the tables themselves.
  const present = new Set(['SessionInfo', 'DriverList']);
  if (hold.car) present.add('CarData.z');
  if (hold.pos) present.add('Position.z');
  if (hold.laps) present.add('TimingData');
  if (hold.stints) present.add('TimingAppData');
  if (hold.weather) present.add('WeatherData');
  const absent = knownTopics
    .filter(({ name, lost, only }) => lost !== null && !present.has(name) && (only !== 'race' || isRace))
    .map(({ name, lost }) => ({ topic: name, reason: `No table has ${name}: ${lost}` }));
  // Tables of laps have the laps of TimingData and nothing of what it says between two lines.
  return hold.laps ? [...absent, { topic: 'gaps', reason: 'No table has gaps between cars' }] : absent;
}
