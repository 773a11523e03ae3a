import type { GridPos } from '@grafana/grafana-foundation-sdk/dashboard';

/** A place on the grid of 24 columns. */
export function at(x: number, y: number, w: number, h: number): GridPos {
  return { x, y, w, h };
}
