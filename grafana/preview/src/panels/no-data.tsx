import type { PanelProps } from '@grafana/data';

/** What Grafana shows in a panel without anything to draw. */
export function NoData({ fieldConfig, width, height }: Pick<PanelProps, 'fieldConfig' | 'width' | 'height'>) {
  return (
    <div
      className="no-data"
      style={{ width, height, display: 'grid', placeItems: 'center', color: '#ccccdc', opacity: 0.65 }}
    >
      {fieldConfig?.defaults.noValue ?? 'No data'}
    </div>
  );
}
