import { cacheFieldDisplayNames } from '@grafana/data';
import type { PanelProps } from '@grafana/data';
import { TableNG } from '@grafana/ui/unstable';
import { NoData } from './no-data.tsx';

/** Grafana's own table. */
export function TablePanel(props: PanelProps<never>) {
  const { data, options, width, height, timeRange, fieldConfig } = props;
  const [frame] = data.series;
  if (frame === undefined || frame.fields.length === 0) return <NoData {...props} />;
  cacheFieldDisplayNames(data.series);
  const table = options as Readonly<Record<string, never>>;
  return (
    <TableNG
      {...({
        data: frame,
        width,
        height,
        timeRange,
        fieldConfig,
        noHeader: table['showHeader'] === (false as never),
        cellHeight: table['cellHeight'] ?? 'sm',
        structureRev: data.structureRev,
        showTypeIcons: false,
        enableVirtualization: false,
        initialSortBy: table['sortBy'],
      } as never)}
    />
  );
}
