import { feedObject } from '../../domain/feed-shape.ts';

/**
 * Keys of a message's `Lines` in the order of its text. JavaScript puts keys that are numbers first and in rising order, Python keeps the
 * text's order, and FastF1's tables have it. Only called where a message names several cars.
 */
export function lineKeys(data: unknown, text: string): string[] {
  const keys = Object.keys(feedObject(feedObject(data)['Lines']));
  if (keys.length < 2) return keys;
  try {
    const marked: unknown = JSON.parse(text.replaceAll(/"(\d+)":/g, '"#$1":'));
    const inOrder = Object.keys(feedObject(feedObject(marked)['Lines'])).map((key) => key.replace(/^#/, ''));
    return inOrder.length === keys.length ? inOrder : keys;
  } catch {
    // Text that had to be repaired before it could be read keeps the order of its numbers.
    return keys;
  }
}
