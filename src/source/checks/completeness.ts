import type { SessionTiming } from '../../domain/timing.ts';

/** How much of a session its files hold. */
export interface Completeness {
  /** 0–1; 1 when nothing says that something is missing. */
  readonly share: number;
  /** One sentence for each sign of a recording that ends early or lacks topics. */
  readonly reasons: readonly string[];
}

/** A topic that was read and the stamp of its last line. */
export interface TopicEnd {
  readonly topic: string;
  readonly lastStampMs: number;
}

export interface CompletenessInput {
  readonly timing: SessionTiming;
  readonly ends: readonly TopicEnd[];
  /** Topics of the session's own index; null when there is none. */
  readonly expectedTopics: readonly string[] | null;
  /** Planned length of the session; null when unknown. */
  readonly plannedMs: number | null;
}

type Note = (share: number, reason: string) => void;

/** Streams may end a little before the session's end without loss. */
const toleranceMs = 120_000;

/** Largest share of a recording whose session does not end. */
const maxCutShare = 0.99;

/** Topics that go on until the end of a session, so that their last stamp tells whether they were cut. */
const lastingTopics = new Set([
  'CarData.z',
  'Position.z',
  'TimingData',
  'TimingDataF1',
  'Heartbeat',
  'WeatherData',
]);

function percent(share: number): string {
  return `${Math.floor(share * 1000) / 10} %`;
}

function countedLaps({ lapCount }: SessionTiming): number {
  return lapCount.reduce((most, { currentLap }) => Math.max(most, currentLap ?? 0), 0);
}

/** The parts of a qualifying end with "Finished" each, so only a race has ended with that. */
function hasEnded({ sessionStatus, totalLaps }: SessionTiming): boolean {
  return sessionStatus.some(
    ({ status }) =>
      status === 'Finalised' || status === 'Ends' || (status === 'Finished' && (totalLaps ?? 0) > 0),
  );
}

function noteEnd({ timing, ends, plannedMs }: CompletenessInput, note: Note): void {
  const started = timing.sessionStatus.find(({ status }) => status === 'Started');
  if (started === undefined || hasEnded(timing)) return;
  const lap = countedLaps(timing);
  const totalLaps = timing.totalLaps ?? 0;
  if (lap < totalLaps) {
    const share = lap / totalLaps;
    note(share, `The recording is incomplete: it ends in lap ${lap} of ${totalLaps} (${percent(share)})`);
    return;
  }
  if (plannedMs === null) {
    note(maxCutShare, 'The recording is incomplete: the session does not end in it');
    return;
  }
  const lastMs = ends.reduce((last, { lastStampMs }) => (lastStampMs > last ? lastStampMs : last), 0);
  const share = Math.min(maxCutShare, Math.max(0, (lastMs - started.sessionMs) / plannedMs));
  note(
    share,
    `The recording is incomplete: the session does not end in it (${percent(share)} of the planned time)`,
  );
}

function noteLaps({ timing }: CompletenessInput, note: Note): void {
  const counted = countedLaps(timing);
  const driven = timing.laps.reduce(
    (most, { lap, endMs }) => (endMs === null ? most : Math.max(most, lap)),
    0,
  );
  // A lap of difference is the last one under way, or a count that ran ahead.
  if (driven === 0 || driven >= counted - 1) return;
  const share = driven / counted;
  note(share, `TimingData is incomplete: it ends after lap ${driven} of ${counted} (${percent(share)})`);
}

function noteStreams({ timing, ends }: CompletenessInput, note: Note): void {
  if (!hasEnded(timing)) return;
  const end = timing.sessionStatus.findLast(({ status }) => status === 'Finished' || status === 'Aborted');
  if (end === undefined) return;
  for (const { topic, lastStampMs } of ends) {
    if (!lastingTopics.has(topic) || !(lastStampMs < end.sessionMs - toleranceMs)) continue;
    const share = Math.max(0, lastStampMs / end.sessionMs);
    const seconds = Math.round((end.sessionMs - lastStampMs) / 1000);
    note(share, `${topic} is incomplete: it ends ${seconds} s before the session (${percent(share)})`);
  }
}

function noteTopics({ ends, expectedTopics }: CompletenessInput, note: Note): void {
  const expected = expectedTopics ?? [];
  const absent = expected.filter((topic) => !ends.some((end) => end.topic === topic));
  if (absent.length === 0) return;
  note(
    (expected.length - absent.length) / expected.length,
    `Of ${expected.length} topics that the session's index lists ${absent.length} are missing: ${absent.join(', ')}`,
  );
}

/**
 * Judges a recording by what it says itself: the status that ends a session, the laps against `LapCount`, the last
 * stamps against that end, the topics against the session's own index. (`ArchiveStatus` proves nothing: it says
 * "Generating" for ever.)
 */
export function completenessOf(input: CompletenessInput): Completeness {
  const reasons: string[] = [];
  let share = 1;
  const note: Note = (part, reason) => {
    share = Math.min(share, part);
    reasons.push(reason);
  };
  noteEnd(input, note);
  noteLaps(input, note);
  noteStreams(input, note);
  noteTopics(input, note);
  return { share, reasons };
}
