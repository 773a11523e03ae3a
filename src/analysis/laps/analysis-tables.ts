import type { Cell, CellKind, SmallTable } from '../../domain/small-table.ts';
import type { Corner } from './corners.ts';
import type { MiniSector } from './mini-sectors.ts';
import type { OrderChange } from './order-changes.ts';
import type { DriverPace } from './pace.ts';
import type { PitStop } from './pit-stops.ts';
import type { SectorBests } from './sector-bests.ts';
import type { StintDegradation } from './stint-degradation.ts';
import type { TrackPhase } from './track-phases.ts';

type Column = readonly [name: string, kind: CellKind, unit?: string];

function tableOf(name: string, columns: readonly Column[], rows: readonly (readonly Cell[])[]): SmallTable {
  return { name, columns: columns.map(([title, kind, unit = '']) => ({ name: title, kind, unit })), rows };
}

const driver: readonly Column[] = [
  ['DriverNumber', 'text'],
  ['Driver', 'text'],
];

export function paceTable(paces: readonly DriverPace[]): SmallTable {
  return tableOf(
    'pace',
    [
      ...driver,
      ['laps', 'integer'],
      ['cleanLaps', 'integer'],
      ['wetLaps', 'integer', 'of them'],
      ['best', 'durationMs', 's'],
      ['median', 'durationMs', 's'],
      ['fuelCorrectedMedian', 'durationMs', 's, estimated'],
      ['raceTime', 'durationMs', 's'],
    ],
    paces.map((one) => [
      one.driverNumber,
      one.driver,
      one.laps,
      one.cleanLaps,
      one.wetLaps,
      one.bestMs,
      one.medianMs,
      rounded(one.fuelCorrectedMs, 0),
      one.raceTimeMs,
    ]),
  );
}

export function stintTable(stints: readonly StintDegradation[]): SmallTable {
  return tableOf(
    'stint_degradation',
    [
      ...driver,
      ['stint', 'integer'],
      ['compound', 'text'],
      ['firstLap', 'integer'],
      ['lastLap', 'integer'],
      ['ageAtStart', 'integer', 'laps'],
      ['usedLaps', 'integer'],
      ['pace', 'number', 's, estimated'],
      ['degradation', 'number', 's/lap, estimated'],
      ['low', 'number', 's/lap'],
      ['high', 'number', 's/lap'],
      ['reason', 'text'],
    ],
    stints.map((one) => [
      one.driverNumber,
      one.driver,
      one.stint,
      one.compound,
      one.firstLap,
      one.lastLap,
      one.ageAtStart,
      one.usedLaps,
      rounded(one.paceS, 3),
      rounded(one.degradation, 4),
      rounded(one.interval?.low ?? null, 4),
      rounded(one.interval?.high ?? null, 4),
      one.reason,
    ]),
  );
}

export function pitStopTable(stops: readonly PitStop[]): SmallTable {
  return tableOf(
    'pit_stops',
    [
      ...driver,
      ['lap', 'integer'],
      ['pitIn', 'sessionMs', 's'],
      ['pitOut', 'sessionMs', 's'],
      ['inLane', 'durationMs', 's'],
      ['condition', 'text'],
      ['newTyres', 'boolean'],
      ['compoundBefore', 'text'],
      ['compoundAfter', 'text'],
      ['loss', 'number', 's, derived'],
      ['reason', 'text'],
    ],
    stops.map((one) => [
      one.driverNumber,
      one.driver,
      one.lap,
      one.pitInMs,
      one.pitOutMs,
      one.pitOutMs === null ? null : one.pitOutMs - one.pitInMs,
      one.condition,
      one.hasNewTyres,
      one.compoundBefore,
      one.compoundAfter,
      rounded(one.lossS, 3),
      one.reason,
    ]),
  );
}

export function sectorTable(bests: readonly SectorBests[]): SmallTable {
  const sectors = [1, 2, 3].flatMap((n): Column[] => [
    [`sector${n}`, 'durationMs', 's'],
    [`sector${n}Lap`, 'integer'],
  ]);
  return tableOf(
    'sector_bests',
    [
      ...driver,
      ...sectors,
      ['ideal', 'durationMs', 's, derived'],
      ['best', 'durationMs', 's'],
      ['bestLap', 'integer'],
    ],
    bests.map((one) => [
      one.driverNumber,
      one.driver,
      ...one.sectors.flatMap((sector) => [sector?.ms ?? null, sector?.lap ?? null]),
      one.idealMs,
      one.best?.ms ?? null,
      one.best?.lap ?? null,
    ]),
  );
}

export function phaseTable(phases: readonly TrackPhase[]): SmallTable {
  return tableOf(
    'track_phases',
    [
      ['phase', 'text'],
      ['start', 'sessionMs', 's'],
      ['end', 'sessionMs', 's'],
      ['duration', 'durationMs', 's'],
    ],
    phases.map(({ kind, startMs, endMs }) => [kind, startMs, endMs, endMs === null ? null : endMs - startMs]),
  );
}

export function orderTable(changes: readonly OrderChange[]): SmallTable {
  return tableOf(
    'order_changes',
    [
      ['lap', 'integer'],
      ['pairs', 'integer'],
    ],
    changes.map(({ lap, pairs }) => [lap, pairs]),
  );
}

/** One column of apex speeds for each lap compared. */
export function cornerTable(
  corners: readonly Corner[],
  laps: readonly { readonly name: string; readonly apexKmh: readonly (number | null)[] }[],
): SmallTable {
  return tableOf(
    'corners',
    [
      ['corner', 'integer', 'our numbers'],
      ['direction', 'text'],
      ['start', 'number', 'm'],
      ['apex', 'number', 'm'],
      ['end', 'number', 'm'],
      ['radius', 'number', 'm, estimated'],
      ...laps.map(({ name }): Column => [`${name} apex`, 'number', 'km/h']),
    ],
    corners.map((corner, index) => [
      corner.number,
      corner.direction,
      rounded(corner.startM, 0),
      rounded(corner.apexM, 0),
      rounded(corner.endM, 0),
      rounded(corner.radiusM, 0),
      ...laps.map(({ apexKmh }) => rounded(apexKmh[index] ?? null, 0)),
    ]),
  );
}

/** Best time of each part of the lap among the laps compared; `names` are theirs. */
export function miniSectorTable(parts: readonly MiniSector[], names: readonly string[]): SmallTable {
  return tableOf(
    'mini_sectors',
    [
      ['part', 'integer'],
      ['from', 'number', 'm'],
      ['to', 'number', 'm'],
      ['best', 'durationMs', 's, derived'],
      ['lap', 'text'],
    ],
    parts.map(({ number, fromM, toM, timesMs }) => {
      const known = timesMs.filter((ms) => ms !== null);
      const best = known.length === 0 ? null : Math.min(...known);
      const name = best === null ? 'n/a' : names[timesMs.indexOf(best)]!;
      return [number, rounded(fromM, 0), rounded(toM, 0), rounded(best, 0), name];
    }),
  );
}

/** A number to so many decimal places. */
export function rounded(value: number | null, places: number): number | null {
  return value === null || Number.isNaN(value) ? null : Number(value.toFixed(places));
}
