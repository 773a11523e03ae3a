import { closedOutline } from './outline.ts';
import type { Corner } from './outline.ts';

/** Distance between two stations of the circuit's tables [m]. */
export const stationM = 4;

/** A closed circuit as tables over the distance from the finish line, one station every `stationM` metres. */
export interface Circuit {
  readonly name: string;
  readonly lengthM: number;
  readonly stations: number;
  /** [m] in the local frame. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly z: Float64Array;
  /** Unit vector to the right of the direction of travel. */
  readonly rightX: Float64Array;
  readonly rightY: Float64Array;
  /** [1/m], unsigned. */
  readonly curvature: Float64Array;
  /** Ends of the mini-sectors in driving order [m]; the last is the finish line. */
  readonly miniSectors: readonly MiniSector[];
  readonly drsZones: readonly DrsZone[];
  readonly pit: PitLane;
  /** Where the speed trap on the main straight is [m]. */
  readonly speedTrapM: number;
}

export interface MiniSector {
  readonly endM: number;
  /** 0, 1 or 2. */
  readonly sector: number;
  readonly segment: number;
  readonly isSectorEnd: boolean;
}

export interface DrsZone {
  readonly detectionM: number;
  readonly startM: number;
  readonly endM: number;
}

/** The pit lane runs beside the main straight, across the finish line. */
export interface PitLane {
  /** Before the finish line [m, from the line]. */
  readonly entryM: number;
  /** Behind the finish line [m]. */
  readonly exitM: number;
  /** First garage [m] and the distance from one to the next. */
  readonly firstBoxM: number;
  readonly boxSpacingM: number;
  /** To the right of the track's middle [m]. */
  readonly offsetM: number;
  readonly limitMs: number;
}

/** Corners of an invented circuit [m], driven in this order; the finish line is at the origin. */
const corners: readonly Corner[] = [
  { x: 560, y: 0, radiusM: 22 },
  { x: 500, y: 170, radiusM: 32 },
  { x: 680, y: 330, radiusM: 110 },
  { x: 900, y: 380, radiusM: 30 },
  { x: 860, y: 620, radiusM: 34 },
  { x: 640, y: 560, radiusM: 130 },
  { x: 420, y: 660, radiusM: 170 },
  { x: -760, y: 650, radiusM: 20 },
  { x: -660, y: 430, radiusM: 30 },
  { x: -800, y: 250, radiusM: 48 },
  { x: -700, y: 120, radiusM: 34 },
  { x: -860, y: 0, radiusM: 24 },
];

function along(values: readonly number[], at: readonly number[], distance: number, total: number): number {
  let low = 0;
  let high = at.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (at[middle]! <= distance) low = middle;
    else high = middle;
  }
  const next = low + 1 < at.length ? low + 1 : 0;
  const span = (low + 1 < at.length ? at[next]! : total) - at[low]!;
  return values[low]! + ((values[next]! - values[low]!) * (distance - at[low]!)) / span;
}

function miniSectorsOf(lengthM: number): MiniSector[] {
  const counts = [7, 9, 8];
  const sectorEnds = [0, 0.29, 0.66, 1];
  const sectors: MiniSector[] = [];
  for (const [sector, count] of counts.entries()) {
    const startM = Math.round(sectorEnds[sector]! * lengthM);
    const endM = sector === 2 ? lengthM : Math.round(sectorEnds[sector + 1]! * lengthM);
    for (let segment = 0; segment < count; segment += 1) {
      const isSectorEnd = segment === count - 1;
      sectors.push({
        endM: isSectorEnd ? endM : startM + ((endM - startM) * (segment + 1)) / count,
        sector,
        segment,
        isSectorEnd,
      });
    }
  }
  return sectors;
}

/** Builds the circuit. O(stations). */
export function buildCircuit(): Circuit {
  const outline = closedOutline([0, 0], corners);
  const fineX = outline.map(([x]) => x);
  const fineY = outline.map(([, y]) => y);
  const at: number[] = [];
  let total = 0;
  for (const [index, x] of fineX.entries()) {
    at.push(total);
    const next = (index + 1) % fineX.length;
    total += Math.hypot(fineX[next]! - x, fineY[next]! - fineY[index]!);
  }
  const stations = Math.round(total / stationM);
  // The outline is stretched by a fraction of a station, so that the stations close the lap exactly.
  const stretch = (stations * stationM) / total;
  const x = new Float64Array(stations);
  const y = new Float64Array(stations);
  const z = new Float64Array(stations);
  const rightX = new Float64Array(stations);
  const rightY = new Float64Array(stations);
  const curvature = new Float64Array(stations);
  for (let index = 0; index < stations; index += 1) {
    const distance = (index * stationM) / stretch;
    x[index] = along(fineX, at, distance, total) * stretch;
    y[index] = along(fineY, at, distance, total) * stretch;
    const turn = (2 * Math.PI * index) / stations;
    z[index] = 40 + 9 * Math.sin(turn) + 3 * Math.sin(3 * turn + 1);
  }
  const station = (index: number): number => (index + stations) % stations;
  for (let index = 0; index < stations; index += 1) {
    const before = station(index - 2);
    const after = station(index + 2);
    const dx = x[after]! - x[before]!;
    const dy = y[after]! - y[before]!;
    const chord = Math.hypot(dx, dy);
    rightX[index] = dy / chord;
    rightY[index] = -dx / chord;
    const ax = x[index]! - x[before]!;
    const ay = y[index]! - y[before]!;
    const bx = x[after]! - x[index]!;
    const by = y[after]! - y[index]!;
    const sine = Math.abs(ax * by - ay * bx) / (Math.hypot(ax, ay) * Math.hypot(bx, by));
    curvature[index] = (2 * sine) / chord;
  }
  const lengthM = stations * stationM;
  return {
    name: 'Northmere Ring',
    lengthM,
    stations,
    x,
    y,
    z,
    rightX,
    rightY,
    curvature,
    miniSectors: miniSectorsOf(lengthM),
    drsZones: [
      { detectionM: 1480, startM: 1950, endM: 2900 },
      { detectionM: 3690, startM: 4000, endM: lengthM + 430 },
    ],
    pit: {
      entryM: lengthM - 400,
      exitM: 320,
      firstBoxM: lengthM - 260,
      boxSpacingM: 20,
      offsetM: 14,
      limitMs: 80 / 3.6,
    },
    speedTrapM: 380,
  };
}
