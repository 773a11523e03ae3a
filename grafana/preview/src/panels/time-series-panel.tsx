import type { PanelProps } from '@grafana/data';
import { TimeSeries } from '@grafana/ui';
import { useMemo } from 'react';
import { AnnotationMarks } from './annotation-marks.tsx';
import { graphable } from './graphable.ts';
import { NoData } from './no-data.tsx';

/** Grafana's own time series. */
export function TimeSeriesPanel(props: PanelProps<never>) {
  const { data, options, width, height, timeRange, timeZone } = props;
  const frames = useMemo(() => graphable(data.series), [data]);
  if (frames === null) return <NoData {...props} />;
  const { legend } = options as { legend: never };
  return (
    <TimeSeries
      frames={frames}
      structureRev={data.structureRev ?? 0}
      timeRange={timeRange}
      timeZone={timeZone}
      width={width}
      height={height}
      legend={legend}
      options={options}
    >
      {(builder) => <AnnotationMarks builder={builder} annotations={data.annotations} />}
    </TimeSeries>
  );
}
