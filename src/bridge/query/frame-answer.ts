import { channels } from '../../domain/channels.ts';
import type { PointSink } from './decimate.ts';
import { writePoints } from './decimate.ts';
import { titleOf, unitOf } from './query-engine.ts';
import type { Series } from './query-engine.ts';

/** A series as Grafana's data frame: its columns have names, units and labels of their own. O(rows). */
export function frameOf(series: Series, maxPoints: number): object {
  const { points, rows, channel, driver, refId, name, notices } = series;
  const times: number[] = [];
  const values: (number | null)[] = [];
  const column = points?.buffer.columns[channel];
  if (points !== null && rows !== null && column !== undefined) {
    writePoints(collector(times, values), points.buffer, column, rows, maxPoints);
  }
  return {
    refId,
    name,
    meta: { type: 'timeseries-multi', ...(notices.length === 0 ? {} : { notices }) },
    fields: [
      { name: 'Time', type: 'time', values: times },
      {
        name: channels[channel]?.wireName ?? 'Value',
        type: 'number',
        labels: driver === null ? {} : { driver },
        config: { unit: unitOf(channel), displayNameFromDS: titleOf(series) },
        values,
      },
    ],
  };
}

function collector(times: number[], values: (number | null)[]): PointSink {
  return {
    get length() {
      return times.length;
    },
    pair(raw, isNull, scale, epochMs) {
      times.push(epochMs);
      values.push(isNull ? null : raw / scale);
    },
  };
}
