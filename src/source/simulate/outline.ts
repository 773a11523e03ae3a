/** A point of the circuit's outline: two straights meet here, joined by an arc of this radius. All in metres. */
export interface Corner {
  readonly x: number;
  readonly y: number;
  readonly radiusM: number;
}

export type Point = readonly [x: number, y: number];

/** Spacing of the points that the spline is drawn through. */
const spacingM = 4;

function line(from: Point, to: Point): Point[] {
  const steps = Math.max(1, Math.round(Math.hypot(to[0] - from[0], to[1] - from[1]) / spacingM));
  return Array.from({ length: steps }, (_, index): Point => [
    from[0] + ((to[0] - from[0]) * index) / steps,
    from[1] + ((to[1] - from[1]) * index) / steps,
  ]);
}

/** Arc that leaves one straight and joins the next, and where it begins and ends. */
function arc(before: Point, corner: Corner, after: Point): { start: Point; end: Point; points: Point[] } {
  const inAngle = Math.atan2(corner.y - before[1], corner.x - before[0]);
  const outAngle = Math.atan2(after[1] - corner.y, after[0] - corner.x);
  let turn = outAngle - inAngle;
  if (turn > Math.PI) turn -= 2 * Math.PI;
  if (turn < -Math.PI) turn += 2 * Math.PI;
  const reach = corner.radiusM * Math.tan(Math.abs(turn) / 2);
  const start: Point = [corner.x - reach * Math.cos(inAngle), corner.y - reach * Math.sin(inAngle)];
  const end: Point = [corner.x + reach * Math.cos(outAngle), corner.y + reach * Math.sin(outAngle)];
  const side = Math.sign(turn);
  const centre: Point = [
    start[0] - side * corner.radiusM * Math.sin(inAngle),
    start[1] + side * corner.radiusM * Math.cos(inAngle),
  ];
  const steps = Math.max(2, Math.round((corner.radiusM * Math.abs(turn)) / spacingM));
  const points = Array.from({ length: steps }, (_, index): Point => {
    const angle = inAngle + (turn * index) / steps - (side * Math.PI) / 2;
    return [centre[0] + corner.radiusM * Math.cos(angle), centre[1] + corner.radiusM * Math.sin(angle)];
  });
  return { start, end, points };
}

/** One subdivision of a closed uniform cubic B-spline at its knots: bends get no sudden start. */
function smooth(points: readonly Point[]): Point[] {
  const count = points.length;
  return points.map((point, index): Point => {
    const before = points[(index + count - 1) % count]!;
    const after = points[(index + 1) % count]!;
    return [(before[0] + 4 * point[0] + after[0]) / 6, (before[1] + 4 * point[1] + after[1]) / 6];
  });
}

/** Closed smooth outline through corners, starting on the straight between the last and the first at `from`. */
export function closedOutline(from: Point, corners: readonly Corner[]): Point[] {
  const points: Point[] = [];
  let at = from;
  for (const [index, corner] of corners.entries()) {
    const next = corners[index + 1];
    const bend = arc(at, corner, next === undefined ? from : [next.x, next.y]);
    points.push(...line(at, bend.start), ...bend.points);
    at = bend.end;
  }
  points.push(...line(at, from));
  let outline = points;
  for (let round = 0; round < 6; round += 1) outline = smooth(outline);
  return outline;
}
