import { placeOf } from '../ingest/replay-log.ts';
import type { Notice } from './table.ts';
import type { TableContext } from './table-context.ts';

/** Topics of the feed that a table rests on: where one is missing, the table says so. */
export const topicsOfTable: Readonly<Record<string, readonly string[]>> = {
  telemetry: ['CarData.z', 'Position.z'],
  laps: ['TimingData'],
  stints: ['TimingAppData'],
  positions: ['TimingData'],
  gaps: ['TimingData', 'gaps'],
  weather: ['WeatherData'],
  'race-control': ['RaceControlMessages'],
  'track-status': ['TrackStatus'],
  drivers: ['DriverList'],
  gears: ['CarData.z'],
  episodes: ['CarData.z'],
  track: ['Position.z'],
  compare: ['CarData.z', 'TimingData'],
  quality: ['CarData.z'],
  alerts: ['CarData.z'],
};

/** Reasons that the session itself gives for what is missing. */
export function missingTopics({ race }: TableContext, topics: readonly string[]): Notice[] {
  return race.coverage
    .filter(({ topic }) => topics.includes(topic))
    .map(({ reason }) => ({ severity: 'warning', text: reason }));
}

/** What a reader should know of the replay: that it stands still. */
export function replayNotices({ app, nowMs }: TableContext): Notice[] {
  const { replay, replayLog } = app.state;
  if (replay === null) return [{ severity: 'warning', text: 'No replay is running' }];
  const since = timeOfDay(Number.isNaN(replayLog.sinceMs) ? nowMs : replayLog.sinceMs);
  if (replay.status === 'paused')
    return [{ severity: 'info', text: `The replay is paused at ${placeOf(replay)} since ${since}` }];
  if (replay.status === 'playing') return [];
  const reason = replay.reason === null ? '' : `: ${replay.reason}`;
  return [{ severity: 'info', text: `The replay is ${replay.status} since ${since}${reason}` }];
}

/** Why a table has no rows, in one sentence. */
export function whyEmpty(context: TableContext, table: string, unknown: readonly string[]): Notice {
  const fields = context.request.fields ?? [];
  const arePlaces = fields.length > 0 && fields.every((name) => /^[xyz]$/iu.test(name));
  const topics = arePlaces ? ['Position.z', 'CarData.z'] : (topicsOfTable[table] ?? []);
  const [missing] = missingTopics(context, topics);
  if (missing !== undefined) return missing;
  if (unknown.length > 0) return unknownDrivers(unknown);
  const [stopped] = replayNotices(context);
  const range = context.request.isWholeRange ? '' : ' in this range';
  const what = emptyTexts[table] ?? 'Nothing is known yet';
  return { severity: 'info', text: `${what}${range}${stopped === undefined ? '' : `. ${stopped.text}`}` };
}

/** What a reader should know of columns that a table does not have. */
export function unknownFields(names: readonly string[], table: string): Notice {
  const shown = names
    .slice(0, 5)
    .map((name) => name.slice(0, 40))
    .join(', ');
  const more = names.length > 5 ? ` and ${names.length - 5} more` : '';
  return { severity: 'warning', text: `No field ${shown}${more} in ${table}` };
}

/** That a request with `time=original` has no answer. */
export const noOriginalTime: Notice = {
  severity: 'warning',
  text: 'This session has no clock of its own (t0): use time=published',
};

export function unknownDrivers(names: readonly string[]): Notice {
  const shown = names.slice(0, 5).join(', ');
  const more = names.length > 5 ? ` and ${names.length - 5} more` : '';
  return { severity: 'warning', text: `No driver ${shown}${more} in this session` };
}

const emptyTexts: Readonly<Record<string, string>> = {
  telemetry: 'No telemetry',
  laps: 'No lap has ended',
  stints: 'No stint',
  positions: 'No places are known yet',
  gaps: 'No gaps',
  alerts: 'No alerts',
  weather: 'No weather',
  'race-control': 'No messages of race control',
  'track-status': 'No change of the track status',
  drivers: 'No drivers are known yet',
  gears: 'No car samples',
  episodes: 'No such stretch',
  'replay-events': 'No seek, pause or end',
  track: 'No whole lap with positions yet',
  compare: 'These laps are not held',
  quality: 'No telemetry',
};

/** `14:02:11 UTC` */
export function timeOfDay(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(11, 19)} UTC`;
}
