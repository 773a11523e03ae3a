import type { SessionTiming } from '../domain/timing.ts';

/** How much of a session its files hold. */
export interface Completeness {
  /** 0–1; 1 when nothing says that something is missing. */
  readonly share: number;
  /** One sentence for each sign of a recording that ends early or lacks topics. */
  readonly reasons: readonly string[];
}

/** Streams may end a little before the session's end without loss. */
const toleranceMs = 120_000;

interface TopicEnd {
  readonly topic: string;
  readonly lastStampMs: number;
}

const endStatuses = new Set(['Finished', 'Finalised', 'Ends']);

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

/**
 * Judges a recording by what it says itself: the status that ends a session, the laps against `LapCount`, the last
 * stamps against that end, the topics against the session's own index. (`ArchiveStatus` proves nothing: it says
 * "Generating" for ever.)
 */
export function completenessOf(
  timing: SessionTiming,
  ends: readonly TopicEnd[],
  expectedTopics: readonly string[] | null,
): Completeness {
  const reasons: string[] = [];
  let share = 1;
  const note = (part: number, sentence: string): void => {
    share = Math.min(share, part);
    reasons.push(sentence);
  };
  const finished = timing.sessionStatus.find(({ status }) => status === 'Finished' || status === 'Finalised');
  const hasEnded = timing.sessionStatus.some(({ status }) => endStatuses.has(status));
  const hasStarted = timing.sessionStatus.some(({ status }) => status === 'Started');
  const countedLap = timing.lapCount.reduce((most, { currentLap }) => Math.max(most, currentLap ?? 0), 0);
  const drivenLap = timing.laps.reduce(
    (most, { lap, endMs }) => (endMs === null ? most : Math.max(most, lap)),
    0,
  );
  const totalLaps = timing.totalLaps ?? 0;

  if (!hasEnded && hasStarted && countedLap < totalLaps)
    note(
      countedLap / totalLaps,
      `The recording is incomplete: it ends in lap ${countedLap} of ${totalLaps} (${percent(countedLap / totalLaps)})`,
    );
  else if (!hasEnded && hasStarted)
    reasons.push('The recording may be incomplete: the session has no end in it');
  // A lap or two of difference is a leader who has retired or a count that ran ahead.
  if (drivenLap > 0 && drivenLap < countedLap - 1)
    note(
      drivenLap / countedLap,
      `TimingData is incomplete: it ends after lap ${drivenLap} of ${countedLap} (${percent(drivenLap / countedLap)})`,
    );
  if (finished !== undefined) {
    for (const { topic, lastStampMs } of ends) {
      if (!lastingTopics.has(topic) || !(lastStampMs < finished.sessionMs - toleranceMs)) continue;
      const part = Math.max(0, lastStampMs / finished.sessionMs);
      note(
        part,
        `${topic} is incomplete: it ends ${Math.round((finished.sessionMs - lastStampMs) / 1000)} s before the session (${percent(part)})`,
      );
    }
  }
  const absent = (expectedTopics ?? []).filter((topic) => !ends.some((end) => end.topic === topic));
  if (absent.length > 0) {
    const present = (expectedTopics?.length ?? 0) - absent.length;
    note(
      present / (expectedTopics?.length ?? 1),
      `Of ${expectedTopics?.length} topics that the session's index lists ${absent.length} are missing: ${absent.join(', ')}`,
    );
  }
  return { share, reasons };
}
