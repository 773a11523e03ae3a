/** What a record's (run, segment) means for a reader: use it, forget everything first, or drop it. */
export type Verdict = 'current' | 'reset' | 'stale';

/** Identity of what the bridge shows, and the runs it has left (PROTOCOL §2.3). */
export interface RunTracker {
  /** Null before the first record. */
  readonly run: string | null;
  readonly segment: number;
  /**
   * Judges a record and moves on when it is newer. A run that was never seen is newer, unless the record was published
   * before the seed: then its run had ended when the seed was written. A `state` record behind the seed is newer whatever
   * its clock says.
   */
  judge(run: string, segment: number, publishedMs: number, isState?: boolean): Verdict;
  /** True for a lower segment and for a run that was left or had ended before the seed; changes nothing. */
  isLeft(run: string, segment: number): boolean;
  /** Names the run that the control topic ends with, before anything else is read. */
  seed(run: string, segment: number, publishedMs: number): void;
  /** Forgets all: topics were created anew. */
  clear(): void;
}

const maxRetired = 256;

/** A tracker that has seen nothing. Memory is bounded: of the runs left, the newest 256 are remembered. */
export function createRunTracker(): RunTracker {
  /** Runs that were left, and runs that had ended before the seed. */
  const retired = new Set<string>();
  const early = new Set<string>();
  let run: string | null = null;
  let segment = -1;
  let seededMs = Number.NEGATIVE_INFINITY;

  return {
    get run() {
      return run;
    },
    get segment() {
      return segment;
    },
    judge(recordRun, recordSegment, publishedMs, isState = false) {
      if (recordRun === run) {
        if (recordSegment === segment) return 'current';
        if (recordSegment < segment) return 'stale';
        segment = recordSegment;
        return 'reset';
      }
      if (retired.has(recordRun) || (early.has(recordRun) && !isState)) return 'stale';
      if (publishedMs < seededMs && !isState) {
        remember(early, recordRun);
        return 'stale';
      }
      if (run !== null) remember(retired, run);
      run = recordRun;
      segment = recordSegment;
      seededMs = Number.NEGATIVE_INFINITY;
      return 'reset';
    },
    isLeft: (leftRun, leftSegment) =>
      leftRun === run ? leftSegment < segment : retired.has(leftRun) || early.has(leftRun),
    seed(seedRun, seedSegment, publishedMs) {
      run = seedRun;
      segment = seedSegment;
      seededMs = publishedMs;
    },
    clear() {
      retired.clear();
      early.clear();
      run = null;
      segment = -1;
      seededMs = Number.NEGATIVE_INFINITY;
    },
  };
}

function remember(runs: Set<string>, run: string): void {
  runs.add(run);
  if (runs.size > maxRetired) for (const oldest of runs) return void runs.delete(oldest);
}
