/** Time as the replay sees it; injected, so that tests run a race in milliseconds. */
export interface ReplayClock {
  /** Monotonic time [ms], fractions included. Due times are computed on this scale. */
  nowMs(): number;
  /** Wall-clock time, epoch ms, read once per anchor. */
  epochMs(): number;
  /** Calls `run` at `atMs` of the monotonic scale, never earlier and never before this returns; `precise` spends CPU to be on time. */
  wakeAt(atMs: number, precise: boolean, run: () => void): Wake;
  /** Calls `run` after waiting input and output was served. */
  defer(run: () => void): Wake;
}

export interface Wake {
  cancel(): void;
}

/** How early the timer is set in precise mode: Node's timers fire up to 1.2 ms late, the rest is spun. */
const spinMs = 1.6;
/** Timers of Node end at 2^31 − 1 ms. */
const longestTimerMs = 60_000;

/** The machine's clock: `performance.now()` for pacing, the system time for stamps. */
export function systemClock(): ReplayClock {
  return { nowMs: () => performance.now(), epochMs: readEpochMs, wakeAt, defer };
}

/** System time with fractions of a millisecond, unless the system clock was set since the process began. */
function readEpochMs(): number {
  const fine = performance.timeOrigin + performance.now();
  const coarse = Date.now();
  return Math.abs(fine - coarse) < 2 ? fine : coarse;
}

function defer(run: () => void): Wake {
  const immediate = setImmediate(run);
  return { cancel: () => clearImmediate(immediate) };
}

function wakeAt(atMs: number, precise: boolean, run: () => void): Wake {
  let isCancelled = false;
  let timer: NodeJS.Timeout | undefined;
  let immediate: NodeJS.Immediate | undefined;
  const check = (): void => {
    if (isCancelled) return;
    const leftMs = atMs - performance.now();
    if (leftMs <= 0) run();
    else if (precise && leftMs <= spinMs) immediate = setImmediate(check);
    else if (precise)
      timer = setTimeout(check, Math.min(longestTimerMs, Math.max(1, Math.floor(leftMs - spinMs + 0.6))));
    else timer = setTimeout(check, Math.min(longestTimerMs, Math.max(1, Math.floor(leftMs))));
  };
  // Never at once: the caller is in the middle of the work that this wakes.
  immediate = setImmediate(check);
  return {
    cancel: () => {
      isCancelled = true;
      clearTimeout(timer);
      clearImmediate(immediate);
    },
  };
}
