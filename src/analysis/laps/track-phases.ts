import type { SessionStatusChange, TrackStatusChange } from '../../domain/timing.ts';

export type PhaseKind = 'yellow' | 'safetyCar' | 'redFlag' | 'virtualSafetyCar';

/** A stretch under one kind of flag, session ms. */
export interface TrackPhase {
  readonly kind: PhaseKind;
  readonly startMs: number;
  /** Null when the recording ends in it. */
  readonly endMs: number | null;
}

const kinds: Readonly<Record<string, PhaseKind>> = {
  '2': 'yellow',
  '4': 'safetyCar',
  '5': 'redFlag',
  '6': 'virtualSafetyCar',
  '7': 'virtualSafetyCar',
};
const redEnds = new Set(['Started', 'Finished', 'Finalised']);

/**
 * Flag phases: each ends at the next track status of any other kind (a VSC that is ending is still one), a red flag begins with
 * the abort of the session just before it and ends when it is started again, finished or finalised. O(changes).
 */
export function trackPhases(
  track: readonly TrackStatusChange[],
  session: readonly SessionStatusChange[],
): readonly TrackPhase[] {
  const phases: TrackPhase[] = [];
  for (let at = 0; at < track.length; at++) {
    const { status, sessionMs } = track[at]!;
    const kind = Object.hasOwn(kinds, status) ? kinds[status]! : null;
    if (kind === null || (at > 0 && kinds[track[at - 1]!.status] === kind)) continue;
    const next = track.slice(at + 1).find((change) => kinds[change.status] !== kind);
    const restart = session.find((change) => change.sessionMs > sessionMs && redEnds.has(change.status));
    const endMs = (kind === 'redFlag' ? restart : next)?.sessionMs ?? null;
    const abortedMs = kind === 'redFlag' ? abortedBefore(session, sessionMs) : null;
    phases.push({ kind, startMs: abortedMs ?? sessionMs, endMs });
  }
  return phases;
}

/** The session is aborted up to some seconds before the track shows red. */
const abortLeadMs = 10_000;

function abortedBefore(session: readonly SessionStatusChange[], redMs: number): number | null {
  const aborted = session.findLast(
    ({ status, sessionMs }) => status === 'Aborted' && sessionMs <= redMs && sessionMs > redMs - abortLeadMs,
  );
  return aborted?.sessionMs ?? null;
}

/** True when a span touches a phase of one of the kinds. */
export function overlapsPhase(
  phases: readonly TrackPhase[],
  fromMs: number,
  toMs: number,
  ...wanted: readonly PhaseKind[]
): boolean {
  return phases.some(
    ({ kind, startMs, endMs }) =>
      wanted.includes(kind) && startMs <= toMs && (endMs === null || endMs >= fromMs),
  );
}
