import type { ReactNode } from 'react';

const captionPx = 16;

/** A drawing of ours in the place of a panel that Grafana does not publish, with the caption that says so. */
export function LookAlike({
  width,
  height,
  children,
}: {
  readonly width: number;
  readonly height: number;
  readonly children: (height: number) => ReactNode;
}) {
  return (
    <div style={{ width, height, position: 'relative' }}>
      {children(height - captionPx)}
      <div
        className="look-alike-caption"
        style={{ position: 'absolute', right: 0, bottom: 0, fontSize: 10, color: '#8e8e99' }}
      >
        drawn by Slipstream&rsquo;s preview; Grafana&rsquo;s own panel looks much the same
      </div>
    </div>
  );
}
