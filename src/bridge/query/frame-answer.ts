import { channels } from '../../domain/channels.ts';
import { createByteWriter } from './byte-writer.ts';
import { writePoints } from './decimate.ts';
import { titleOf, unitOf } from './query-engine.ts';
import type { Series } from './query-engine.ts';

/** A series as Grafana's data frame: its columns have names, units and labels of their own. O(rows). */
export function frameOf(series: Series, maxPoints: number): object {
  const { channel, driver, refId, name, notices } = series;
  const pairs = pairsOf(series, maxPoints);
  return {
    refId,
    name,
    meta: { type: 'timeseries-multi', ...(notices.length === 0 ? {} : { notices }) },
    fields: [
      { name: 'Time', type: 'time', values: pairs.map(([, epochMs]) => epochMs) },
      {
        name: channels[channel]?.wireName ?? 'Value',
        type: 'number',
        labels: driver === null ? {} : { driver },
        config: { unit: unitOf(channel), displayNameFromDS: titleOf(series) },
        values: pairs.map(([value]) => value),
      },
    ],
  };
}

/** The points that the form of a series has. The one writer of them stays the only one: a second kind slows every answer. */
function pairsOf({ points, rows, channel }: Series, maxPoints: number): [number | null, number][] {
  const column = points?.buffer.columns[channel];
  if (points === null || rows === null || column === undefined) return [];
  const writer = createByteWriter(4096);
  writePoints(writer, points.buffer, column, rows, maxPoints);
  return JSON.parse(`[${writer.view().toString()}]`) as [number | null, number][];
}
