import { channels } from '../../domain/channels.ts';
import type { DriverPoints } from '../ingest/point-store.ts';
import { valueAt } from '../ingest/point-buffer.ts';

/** Rows looked back through for a value: derived channels exist on car rows only, sentinels come alone. */
const depth = 32;

/** Newest value of a channel of a driver that is not null; null without one in the last 32 rows. */
export function newestValue(points: DriverPoints | undefined, wireName: string): number | null {
  const buffer = points?.buffer;
  const column = buffer?.columns[channels.findIndex((channel) => channel.wireName === wireName)];
  if (buffer === undefined || column === undefined) return null;
  const first = Math.max(buffer.first, buffer.appended - depth);
  for (let row = buffer.appended - 1; row >= first; row--) {
    const value = valueAt(buffer, column, row);
    if (value !== null) return value;
  }
  return null;
}
