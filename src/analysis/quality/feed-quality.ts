import { lowerBound } from '../../domain/bounds.ts';

/** A stretch without samples, session ms. */
export interface Gap {
  readonly startMs: number;
  readonly endMs: number;
}

/** How whole one driver's feed is between two times. */
export interface FeedQuality {
  /** Samples that were measured; rows made by the outer join over cars do not count. */
  readonly samples: number;
  /** Samples that the session's usual interval would give. */
  readonly expected: number;
  /** 0–1; 1 when nothing is expected. */
  readonly completeness: number;
  /** Rows made up of zeros because not every car is in every message. */
  readonly filled: number;
  readonly gaps: readonly Gap[];
  readonly longestGapMs: number;
}

export interface FeedSamples {
  /** UTC epoch ms, rising. */
  readonly epochMs: Float64Array;
  /** 1 = made, not measured. */
  readonly filled: Uint8Array;
}

/** A hole is longer than this and than so many usual intervals. */
const minGapMs = 1000;
const minGapIntervals = 4;

function gapLimitMs(intervalMs: number): number {
  return Math.max(minGapMs, minGapIntervals * intervalMs);
}

/** Mean interval between samples, holes left out, of the car with most of them [ms]; null without two samples. O(samples log samples). */
export function usualIntervalMs(feeds: Iterable<FeedSamples>): number | null {
  let longest: Float64Array | null = null;
  for (const { epochMs } of feeds) if (epochMs.length > (longest?.length ?? 1)) longest = epochMs;
  if (longest === null) return null;
  const intervals = new Float64Array(longest.length - 1);
  for (let at = 0; at < intervals.length; at++) intervals[at] = longest[at + 1]! - longest[at]!;
  const limitMs = gapLimitMs(intervals.slice().sort()[intervals.length >> 1]!);
  let sumMs = 0;
  let count = 0;
  for (const ms of intervals)
    if (ms <= limitMs) {
      sumMs += ms;
      count++;
    }
  return count === 0 ? null : sumMs / count;
}

/** Completeness and holes of a feed in `[startMs, endMs]`, UTC epoch ms; holes as session ms by `t0EpochMs`. O(samples). */
export function feedQuality(
  feed: FeedSamples | null,
  startMs: number,
  endMs: number,
  intervalMs: number,
  t0EpochMs: number,
): FeedQuality {
  const limitMs = gapLimitMs(intervalMs);
  const gaps: Gap[] = [];
  let samples = 0;
  let filled = 0;
  let lastMs = startMs;
  const note = (untilMs: number): void => {
    if (untilMs - lastMs > limitMs) gaps.push({ startMs: lastMs - t0EpochMs, endMs: untilMs - t0EpochMs });
  };
  if (feed !== null)
    for (let at = lowerBound(feed.epochMs, startMs); at < feed.epochMs.length; at++) {
      const ms = feed.epochMs[at]!;
      if (ms > endMs) break;
      if (feed.filled[at] === 1) {
        filled++;
        continue;
      }
      samples++;
      note(ms);
      lastMs = ms;
    }
  note(endMs);
  const expected = Math.floor(Math.max(0, endMs - startMs) / intervalMs);
  return {
    samples,
    expected,
    // The usual interval is a mean: a whole stretch can hold a little more than it gives.
    completeness: expected === 0 ? 1 : Math.min(1, samples / expected),
    filled,
    gaps,
    longestGapMs: Math.max(0, ...gaps.map((gap) => gap.endMs - gap.startMs)),
  };
}
