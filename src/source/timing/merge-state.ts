import { isFeedObject } from '../../domain/feed-shape.ts';
import type { FeedObject } from '../../domain/feed-shape.ts';

/** Indices beyond this are noise: padding up to them would cost memory without bound. */
const maxIndex = 100_000;

function isIndexKeyed(patch: FeedObject): boolean {
  for (const key of Object.keys(patch)) {
    if (key !== '_kf' && key !== '_deleted' && !/^\d+$/.test(key)) return false;
  }
  return true;
}

function keys(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function mergeIntoList(list: unknown[], patch: FeedObject): unknown[] {
  for (const key of keys(patch['_deleted'])) {
    if (/^\d+$/.test(key) && Number(key) < list.length) list[Number(key)] = null;
  }
  for (const [key, value] of Object.entries(patch)) {
    const index = Number(key);
    if (key === '_kf' || key === '_deleted' || index > maxIndex) continue;
    while (list.length < index) list.push(null);
    list[index] = mergeState(list[index], value);
  }
  return list;
}

/**
 * State of a topic after a delta: objects merge by key, an object of numeric keys patches a list by index, `_deleted`
 * removes keys, `_kf` is ignored, everything else (null, lists, scalars) replaces. `target` is changed in place where
 * it is an object or a list, `patch` never; the result shares nothing with `patch`. O(size of the patch).
 */
export function mergeState(target: unknown, patch: unknown): unknown {
  if (Array.isArray(patch)) return patch.map((item: unknown) => mergeState(undefined, item));
  if (!isFeedObject(patch)) return patch;
  if (Array.isArray(target) && isIndexKeyed(patch)) return mergeIntoList(target, patch);
  const merged: Record<string, unknown> = isFeedObject(target) ? target : {};
  for (const key of keys(patch['_deleted'])) delete merged[key];
  for (const [key, value] of Object.entries(patch)) {
    if (key === '_kf' || key === '_deleted' || key === '__proto__') continue;
    merged[key] = mergeState(Object.hasOwn(merged, key) ? merged[key] : undefined, value);
  }
  return merged;
}
