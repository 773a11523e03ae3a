import { isKind } from './grafana-data.ts';
import type { DataFrame } from './grafana-data.ts';
import { targetsOf } from '../query/dashboard.ts';
import type { Panel } from '../query/dashboard.ts';
import type { InfinityTarget } from '../query/infinity.ts';
import { runTarget, sourceTypes } from '../query/run-target.ts';
import type { DataSource } from '../query/run-target.ts';
import { valuesOf } from '../query/variable.ts';
import type { PanelData, QueryContext } from './panel-run.ts';
import { framesOf, runOptions } from './panel-run.ts';

/** A channel that a panel draws over time, and what its series are called there. */
export interface ChannelColumn {
  readonly channel: string;
  readonly column: string;
}

/** Channels that a panel draws over time, by the query that asks for them; none for other panels. */
export function channelsOf(panel: Panel): ChannelColumn[] {
  return targetsOf(panel).flatMap((target) => {
    const { url = '', format, url_options: options, columns = [] } = target as unknown as InfinityTarget;
    if (target.datasource?.type !== sourceTypes.infinity || format !== 'timeseries') return [];
    if (!url.endsWith('/api/v1/telemetry')) return [];
    const fields = options?.params?.find(({ key }) => key === 'fields')?.value.split(',') ?? [];
    return columns
      .filter(({ selector }) => fields.includes(selector))
      .map(({ selector, text }) => ({ channel: selector, column: text === '' ? selector : text }));
  });
}

/**
 * Asks the same channels for the same drivers through simPod's contract and compares: for each channel the same drivers,
 * one time and one number per series, times that ascend. Answers what differs, in sentences.
 */
export async function compareSimpod(
  panel: Panel,
  infinity: PanelData,
  context: QueryContext,
  source: DataSource,
): Promise<string[]> {
  const faults: string[] = [];
  const drivers = context.variables.find(({ name }) => name === 'driver');
  for (const { channel, column } of channelsOf(panel)) {
    const payload = drivers === undefined ? {} : { driver: valuesOf(drivers) };
    const target = { refId: 'A', target: channel, payload: JSON.stringify(payload), editorMode: 'code' };
    const { error, frames } = await runTarget(target, runOptions(context, source, panel));
    if (error !== undefined) {
      faults.push(`simPod ${channel}: ${error.replaceAll('\n', ', ')}`);
      continue;
    }
    const series = framesOf(frames).filter(({ length }) => length > 0);
    const shape = ({ fields }: DataFrame): string => fields.map(({ type }) => type).join(' and ');
    const odd = series.find((frame) => shape(frame) !== 'time and number');
    if (odd !== undefined) faults.push(`simPod ${channel}: a series has ${shape(odd)}, not time and number`);
    if (series.some(({ fields }) => fields[0]!.values.some((t, row, all) => row > 0 && t < all[row - 1]))) {
      faults.push(`simPod ${channel}: times of a series do not ascend`);
    }
    const answered = driversIn(series);
    const expected = driversIn(
      infinity.results.flatMap((result) => framesOf(result.frames)),
      column,
    );
    if (answered !== expected)
      faults.push(`simPod ${channel} answers drivers ${answered}, Infinity ${expected}`);
  }
  return faults;
}

/** Drivers that have a number, in alphabetical order. */
function driversIn(frames: readonly DataFrame[], column?: string): string {
  const found = frames.flatMap(({ fields }) =>
    fields
      .filter((field) => isKind(field, 'number') && (column === undefined || field.name === column))
      .filter(({ values }) => values.some((value) => value !== null))
      .map(({ labels }) => labels?.['driver'] ?? 'no driver'),
  );
  return [...new Set(found)].sort().join(',');
}
