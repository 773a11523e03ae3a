import { channels } from '../../domain/channels.ts';
import { annotationOf, inRange } from './annotations.ts';
import type { BridgeState } from '../ingest/bridge-state.ts';
import { valueAt } from '../ingest/point-buffer.ts';
import { planQuery, writeAnswer } from './query-engine.ts';
import type { Answer, Series } from './query-engine.ts';
import type { RequestedTarget } from './query-request.ts';
import type { TimeRange } from './time-range.ts';

/**
 * Answer of a query that has tables among its targets: a table of newest rows for each such target, one of alerts for
 * the target `alerts`, series for the others; in target order.
 */
export function writeTables(
  state: BridgeState,
  targets: readonly RequestedTarget[],
  range: TimeRange,
  maxPoints: number,
): Answer {
  const parts = targets.map((target) => {
    if (target.target === 'alerts') return JSON.stringify(alertTable(state, target, range));
    const series = planQuery(state.points, { targets: [target], range, maxPoints });
    if (target.form === 'table') return JSON.stringify(valueTable(target, series, range, maxPoints));
    const { bytes, release } = writeAnswer(series, range, maxPoints);
    const text = bytes.toString().slice(1, -1);
    release();
    return text;
  });
  return { bytes: Buffer.from(`[${parts.join(',')}]`), release: () => {} };
}

function alertTable(state: BridgeState, target: RequestedTarget, range: TimeRange): object {
  const drivers = target.drivers?.map((name) => name.toUpperCase()) ?? null;
  const rows = inRange(state, range, '')
    .filter(({ driver }) => (drivers?.includes(driver) ?? true) && !target.without.includes(driver))
    .map((alert) => {
      const { time, timeEnd, title, text, tags } = annotationOf(alert, state.replay?.speed ?? 1);
      return [time, timeEnd ?? null, title, text, tags.join(','), alert.alert_id];
    });
  const columns = [
    { text: 'time', type: 'time' },
    { text: 'timeEnd', type: 'time' },
    { text: 'title', type: 'string' },
    { text: 'text', type: 'string' },
    { text: 'tags', type: 'string' },
    { text: 'id', type: 'string' },
  ];
  return { type: 'table', refId: target.refId, name: 'alerts', columns, rows };
}

/** Newest rows of all series of a target, at most `maxPoints` of each, ordered by time. */
function valueTable(
  target: RequestedTarget,
  series: readonly Series[],
  range: TimeRange,
  maxPoints: number,
): object {
  const rows: (readonly [number, string, string, number | null])[] = [];
  for (const { points, channel, driver } of series) {
    const definition = channels[channel];
    const buffer = points?.buffer;
    const column = buffer?.columns[channel];
    if (definition === undefined || buffer === undefined || column === undefined || driver === null) continue;
    const to = buffer.lowerBound(Math.floor(range.toMs) + 1);
    const from = Math.max(buffer.lowerBound(range.fromMs), to - maxPoints);
    for (let i = from; i < to; i++) {
      rows.push([
        buffer.timeAt(i % buffer.capacity),
        driver,
        definition.wireName,
        valueAt(buffer, column, i),
      ]);
    }
  }
  rows.sort((a, b) => a[0] - b[0]);
  const columns = [
    { text: 'Time', type: 'time' },
    { text: 'Driver', type: 'string' },
    { text: 'Metric', type: 'string' },
    { text: 'Value', type: 'number' },
  ];
  return { type: 'table', refId: target.refId, name: target.target.slice(0, 200), columns, rows };
}
