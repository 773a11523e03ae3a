import { FieldType, cacheFieldDisplayNames } from '@grafana/data';
import type { DataFrame, PanelProps } from '@grafana/data';
import { TimeSeries } from '@grafana/ui';
import { useMemo } from 'react';
import { NoData } from './no-data.tsx';

/** Grafana's own graph over a number instead of time: what its trend panel is. */
export function TrendPanel(props: PanelProps<never>) {
  const { data, options, width, height, timeRange, timeZone } = props;
  const { legend, xField } = options as { legend: never; xField: string };
  const frame = useMemo(() => trendFrame(data.series, xField), [data, xField]);
  if (frame === null) return <NoData {...props} />;
  return (
    <TimeSeries
      frames={[frame]}
      structureRev={data.structureRev ?? 0}
      timeRange={timeRange}
      timeZone={timeZone}
      width={width}
      height={height}
      legend={legend}
      options={options}
      preparePlotFrame={([first]) => first ?? null}
    >
      {() => null}
    </TimeSeries>
  );
}

/** The one frame with its x first; throws, as the trend panel refuses, when x does not rise. */
function trendFrame(series: readonly DataFrame[], xField: string): DataFrame | null {
  cacheFieldDisplayNames([...series]);
  const [frame] = series;
  if (frame === undefined || frame.length === 0) return null;
  const x = frame.fields.find(({ name, type }) => name === xField && type === FieldType.number);
  if (x === undefined) throw new Error(`Unable to find field: ${xField}`);
  if (x.values.some((value, row) => row > 0 && value < x.values[row - 1]))
    throw new Error('Values must be in ascending order');
  const values = frame.fields.filter((field) => field !== x && field.type === FieldType.number);
  // The legend finds its series by where they came from.
  const fields = [x, ...values].map((field, fieldIndex) => ({
    ...field,
    state: { ...field.state, origin: { frameIndex: 0, fieldIndex } },
  }));
  return { ...frame, fields };
}
