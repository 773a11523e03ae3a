/** What a record's (run, segment) means for a reader: use it, forget everything first, or drop it. */
export type Verdict = 'current' | 'reset' | 'stale';

/** Identity of what the bridge shows, and the runs it has left (PROTOCOL §2.3). */
export interface RunTracker {
  /** Null before the first record. */
  readonly run: string | null;
  readonly segment: number;
  /**
   * Judges a record and moves on when it is newer. A run that was never seen is newer, unless the record was published
   * before the current run began (that happens only while a window is read back).
   */
  judge(run: string, segment: number, publishedMs: number): Verdict;
  /** Names the run that the topics end with, before anything is read. */
  seed(run: string, segment: number, startedMs: number): void;
  /** Forgets all: topics were created anew. */
  clear(): void;
}

const maxRetired = 256;

/** A tracker that has seen nothing. Memory is bounded: of the runs left, the newest 256 are remembered. */
export function createRunTracker(): RunTracker {
  const retired = new Set<string>();
  let run: string | null = null;
  let segment = -1;
  let startedMs = Number.NEGATIVE_INFINITY;

  const retire = (old: string): void => {
    retired.add(old);
    if (retired.size > maxRetired) for (const oldest of retired) return void retired.delete(oldest);
  };

  return {
    get run() {
      return run;
    },
    get segment() {
      return segment;
    },
    judge(recordRun, recordSegment, publishedMs) {
      if (recordRun === run) {
        if (recordSegment === segment) return 'current';
        if (recordSegment < segment) return 'stale';
        segment = recordSegment;
        return 'reset';
      }
      if (retired.has(recordRun)) return 'stale';
      if (publishedMs < startedMs) {
        retire(recordRun);
        return 'stale';
      }
      if (run !== null) retire(run);
      run = recordRun;
      segment = recordSegment;
      startedMs = Number.NEGATIVE_INFINITY;
      return 'reset';
    },
    seed(seedRun, seedSegment, seedStartedMs) {
      run = seedRun;
      segment = seedSegment;
      startedMs = seedStartedMs;
    },
    clear() {
      retired.clear();
      run = null;
      segment = -1;
      startedMs = Number.NEGATIVE_INFINITY;
    },
  };
}
