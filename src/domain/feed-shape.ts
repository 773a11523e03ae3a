/** A JSON object of the feed: keys are the feed's own. */
export type FeedObject = Readonly<Record<string, unknown>>;

/** True for a JSON object (not null, not a list). */
export function isFeedObject(value: unknown): value is FeedObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object itself, or an empty one for anything else. */
export function feedObject(value: unknown): FeedObject {
  return isFeedObject(value) ? value : {};
}

/**
 * Items of a feed collection in index order with their keys: the feed sends the same collection as a list first and as
 * an object keyed by index later (`Stints`, `Sectors`, `Messages`, `Captures`). Anything else has no items.
 */
export function feedEntries(value: unknown): [key: string, item: unknown][] {
  if (Array.isArray(value)) return value.map((item: unknown, index) => [String(index), item]);
  if (!isFeedObject(value)) return [];
  return Object.entries(value).filter(([key]) => key !== '_kf' && key !== '_deleted');
}

/** Item of a feed collection by index, whether it came as a list or keyed; undefined where there is none. */
export function feedItem(value: unknown, index: number): unknown {
  if (Array.isArray(value)) return value[index];
  return isFeedObject(value) ? value[String(index)] : undefined;
}
