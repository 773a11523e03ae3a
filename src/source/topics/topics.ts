/** What is known about a topic of the archive. */
export interface KnownTopic {
  /** Name in the archive, `.z` included. */
  readonly name: string;
  /** What is not shown without it; null for topics that no view needs. */
  readonly lost: string | null;
  /** Topics that belong to some kinds of session only are not reported as missing in others. */
  readonly only?: 'race';
  /** True when the final key frame `Topic.json` can stand in for the stream: its content does not change in a session. */
  readonly isStatic?: boolean;
  /** Fields of which a message of the topic has at least one; absent = any content is taken. */
  readonly fields?: readonly string[];
}

/** The archive's topics in reading order: identity and drivers first, telemetry last. */
export const knownTopics: readonly KnownTopic[] = [
  { name: 'SessionInfo', lost: 'date, circuit and time zone are unknown', isStatic: true },
  { name: 'DriverList', lost: 'drivers are shown by car number', isStatic: true },
  { name: 'SessionData', lost: null },
  {
    name: 'SessionStatus',
    lost: 'the start, stoppages and the end of the session are unknown',
    fields: ['Status'],
  },
  {
    name: 'TrackStatus',
    lost: 'no yellow flags, safety car or red flags are shown',
    fields: ['Status', 'Message'],
  },
  {
    name: 'LapCount',
    lost: 'the race distance is unknown',
    only: 'race',
    fields: ['CurrentLap', 'TotalLaps'],
  },
  { name: 'RaceControlMessages', lost: 'no race control messages are shown', fields: ['Messages'] },
  { name: 'WeatherData', lost: 'no weather is shown', fields: ['AirTemp', 'TrackTemp', 'Rainfall'] },
  { name: 'TimingAppData', lost: 'tyres and stints are unknown', fields: ['Lines'] },
  { name: 'TimingData', lost: 'there are no laps, sectors, positions or gaps', fields: ['Lines'] },
  { name: 'ExtrapolatedClock', lost: null },
  { name: 'Heartbeat', lost: null },
  { name: 'ArchiveStatus', lost: null },
  { name: 'TimingDataF1', lost: null },
  { name: 'TimingStats', lost: null },
  { name: 'CurrentTyres', lost: null },
  { name: 'TyreStintSeries', lost: null },
  { name: 'TopThree', lost: null },
  { name: 'LapSeries', lost: null },
  { name: 'DriverScore', lost: null },
  { name: 'DriverTracker', lost: null },
  { name: 'SPFeed', lost: null },
  { name: 'TlaRcm', lost: null },
  { name: 'RcmSeries', lost: null },
  { name: 'WeatherDataSeries', lost: null },
  { name: 'PitLaneTimeCollection', lost: null },
  { name: 'PitStop', lost: null },
  { name: 'PitStopSeries', lost: null },
  { name: 'TeamRadio', lost: null },
  { name: 'AudioStreams', lost: null },
  { name: 'ContentStreams', lost: null },
  { name: 'DriverRaceInfo', lost: null },
  { name: 'OvertakeSeries', lost: null },
  { name: 'ChampionshipPrediction', lost: null },
  { name: 'CarData.z', lost: 'there is no speed, rpm, throttle, brake, gear or DRS' },
  { name: 'Position.z', lost: 'there are no car positions on the map' },
];

const order = new Map(knownTopics.map((topic, index) => [topic.name, index]));

/** Compares topic names in reading order; unknown topics come before telemetry, by name. */
export function compareTopics(a: string, b: string): number {
  const unknown = knownTopics.length - 2.5;
  return (order.get(a) ?? unknown) - (order.get(b) ?? unknown) || a.localeCompare(b);
}

/** A topic's file: `name` is the topic, `kind` whether it is the stream of changes or the final key frame. */
export interface TopicFileName {
  readonly name: string;
  readonly kind: 'stream' | 'keyframe';
}

const filePattern = /^([A-Za-z][A-Za-z0-9_]*(?:\.z)?)\.(jsonStream|json)$/;

/** Topic of a file name, or null for files that are no topic (`Index.json` among them). */
export function topicOfFile(fileName: string): TopicFileName | null {
  const match = filePattern.exec(fileName);
  if (match === null || match[1] === 'Index') return null;
  return { name: match[1]!, kind: match[2] === 'json' ? 'keyframe' : 'stream' };
}

/** Sentence for the user about a topic that is not there. */
export function missingReason(topic: KnownTopic, why: string): string {
  return topic.lost === null ? `${topic.name} ${why}` : `${topic.name} ${why}: ${topic.lost}`;
}
