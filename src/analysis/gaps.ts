/** What a gap or interval string of the feed says. */
export type Gap =
  | { readonly kind: 'time'; readonly seconds: number }
  /** That many laps behind. */
  | { readonly kind: 'laps'; readonly laps: number }
  /** The leader, in that lap. */
  | { readonly kind: 'leader'; readonly lap: number };

/**
 * Reads a gap string: '+1.234', '1:02.345', '1 L', '1L', '+1 LAP', '2 LAPS', 'LAP 30'. Null for '' and for whatever is none of
 * these: missing is never 0.
 */
export function parseGap(text: string | null | undefined): Gap | null {
  const plain = (text ?? '').trim().toUpperCase();
  const time = /^\+?(?:(\d+):)?(\d+(?:\.\d+)?)$/.exec(plain);
  if (time !== null) return { kind: 'time', seconds: Number(time[1] ?? 0) * 60 + Number(time[2]) };
  const leader = /^LAP (\d+)$/.exec(plain);
  if (leader !== null) return { kind: 'leader', lap: Number(leader[1]) };
  const laps = /^\+?(\d+) ?(?:L|LAPS?)$/.exec(plain);
  return laps === null ? null : { kind: 'laps', laps: Number(laps[1]) };
}

export interface GapReading {
  /** Place, 1 = the leader. */
  readonly position: number;
  readonly toLeader: Gap | null;
  readonly toAhead: Gap | null;
}

export interface ContinuousGap {
  readonly seconds: number;
  /** True when it is the sum of intervals because the feed gives laps. */
  readonly isDerived: boolean;
}

/**
 * Gap to the leader in seconds of every place, for lapped cars as well: the feed's own where it is a time, else the sum of
 * the intervals up to that place. Null from the first place on whose interval is not a time.
 */
export function continuousGaps(readings: readonly GapReading[]): ReadonlyMap<number, ContinuousGap | null> {
  const gaps = new Map<number, ContinuousGap | null>();
  let ahead: ContinuousGap | null = null;
  let expected = 1;
  for (const { position, toLeader, toAhead } of [...readings].sort((a, b) => a.position - b.position)) {
    const isNext = position === expected;
    expected = position + 1;
    if (position === 1) ahead = { seconds: 0, isDerived: false };
    else if (toLeader?.kind === 'time') ahead = { seconds: toLeader.seconds, isDerived: false };
    else if (isNext && ahead !== null && toAhead?.kind === 'time')
      ahead = { seconds: ahead.seconds + toAhead.seconds, isDerived: true };
    else ahead = null;
    gaps.set(position, ahead);
  }
  return gaps;
}
