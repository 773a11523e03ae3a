import { percent } from '../../analysis/quality/verdict.ts';
import type { SessionQuality } from '../../analysis/quality/session-quality.ts';
import type { RawSession } from '../../domain/raw-session.ts';
import { alignedLines } from '../print-table.ts';
import { clockText } from '../replay-text.ts';

/** A table as texts, for the terminal and the page; the first column names the row. */
export interface TextTable {
  readonly caption: string;
  readonly heads: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export function feedTable({ carIntervalMs, posIntervalMs, drivers }: SessionQuality): TextTable {
  const rows = (['car', 'pos'] as const).flatMap((feed) => {
    const intervalMs = feed === 'car' ? carIntervalMs : posIntervalMs;
    if (intervalMs === null) return [];
    const sum = (value: (one: (typeof drivers)[number]['car']) => number): number =>
      drivers.reduce((total, one) => total + value(one[feed]), 0);
    return [
      [
        feed === 'car' ? 'car samples' : 'positions',
        `${(1000 / intervalMs).toFixed(2)} Hz`,
        count(sum(({ samples }) => samples)),
        count(sum(({ filled }) => filled)),
        count(sum(({ gaps }) => gaps.length)),
        `${(Math.max(0, ...drivers.map((one) => one[feed].longestGapMs)) / 1000).toFixed(1)} s`,
      ],
    ];
  });
  return {
    caption: 'Both feeds, all drivers together',
    heads: ['feed', 'rate', 'measured', 'made by the join', 'holes', 'longest hole'],
    rows,
  };
}

export function driverTable({ drivers }: SessionQuality): TextTable {
  return {
    caption: 'Completeness by driver, first lap start to last lap end',
    heads: [
      'driver',
      'car',
      'position',
      'holes',
      'longest',
      'worst lap',
      'laps',
      'timed',
      'accurate',
      'generated',
    ],
    rows: drivers.map(({ driver, car, pos, byLap, lapQuality }) => {
      const worst = byLap.reduce<(typeof byLap)[number] | null>(
        (least, lap) =>
          least === null || Math.min(lap.car, lap.pos) < Math.min(least.car, least.pos) ? lap : least,
        null,
      );
      const hasFeed = car.expected + pos.expected > 0;
      return [
        driver,
        car.expected === 0 ? '–' : percent(car.completeness),
        pos.expected === 0 ? '–' : percent(pos.completeness),
        hasFeed ? count(car.gaps.length + pos.gaps.length) : '–',
        hasFeed ? `${(Math.max(car.longestGapMs, pos.longestGapMs) / 1000).toFixed(1)} s` : '–',
        worst === null || !hasFeed ? '–' : `${worst.lap} (${percent(Math.min(worst.car, worst.pos))})`,
        count(lapQuality.laps),
        count(lapQuality.timed),
        count(lapQuality.accurate),
        count(lapQuality.generated),
      ];
    }),
  };
}

export function channelTable({ drivers }: SessionQuality): TextTable {
  return {
    caption:
      'Samples that are not to be believed: sentinels of the car feed, positions without a fix or standing still above 50 km/h',
    heads: ['driver', 'throttle', 'brake', 'gear', 'DRS', 'engine', 'no fix', 'frozen', 'off track'],
    rows: drivers
      .filter(({ carFaults, posFaults }) => carFaults !== null || posFaults !== null)
      .map(({ driver, carFaults, posFaults }) => [
        driver,
        ...(['throttle', 'brake', 'gear', 'drs', 'rpm'] as const).map((name) =>
          carFaults === null ? '–' : count(carFaults[name]),
        ),
        ...(['zero', 'frozen', 'offTrack'] as const).map((name) =>
          posFaults === null ? '–' : count(posFaults[name]),
        ),
      ]),
  };
}

/** The longest holes, newest rows of a long list left out. */
const maxGaps = 12;

export function gapTable({ drivers }: SessionQuality): TextTable {
  const byStart = new Map<string, { feed: string; startMs: number; endMs: number; drivers: string[] }>();
  for (const { driver, car, pos } of drivers)
    for (const [feed, { gaps }] of [
      ['car', car],
      ['position', pos],
    ] as const)
      for (const { startMs, endMs } of gaps) {
        const key = `${feed} ${Math.round(startMs / 1000)} ${Math.round(endMs / 1000)}`;
        const gap = byStart.get(key) ?? { feed, startMs, endMs, drivers: [] };
        gap.drivers.push(driver);
        byStart.set(key, gap);
      }
  const longest = [...byStart.values()]
    .sort((a, b) => b.endMs - b.startMs - (a.endMs - a.startMs))
    .slice(0, maxGaps);
  return {
    caption: `The longest of ${byStart.size} holes`,
    heads: ['from', 'length', 'feed', 'drivers'],
    rows: longest.map((gap) => [
      clockText(Math.round(gap.startMs / 1000)),
      `${((gap.endMs - gap.startMs) / 1000).toFixed(1)} s`,
      gap.feed,
      gap.drivers.length === drivers.length ? 'all' : gap.drivers.join(' '),
    ]),
  };
}

export function lapTable({ timing }: RawSession, { drivers }: SessionQuality): TextTable {
  const repaired = Map.groupBy(
    timing.correctedLaps.filter((lap) => lap.repaired.length > 0),
    ({ driverNumber }) => driverNumber,
  );
  return {
    caption: 'Values of the lap table that were filled in or dropped, and laps whose end is an estimate',
    heads: ['driver', 'repaired', 'generated', 'deleted', 'without a sector'],
    rows: drivers
      .filter(({ lapQuality }) => lapQuality.laps > 0)
      .map(({ driver, driverNumber, lapQuality }) => [
        driver,
        (repaired.get(driverNumber) ?? [])
          .map((lap) => `${lap.lapNumber}: ${lap.repaired.join(' ')}`)
          .join(', ') || '0',
        count(lapQuality.generated),
        count(lapQuality.deleted),
        count(lapQuality.withoutSector),
      ]),
  };
}

export function topicTable({ report }: SessionQuality): TextTable {
  return {
    caption: 'Topics as read',
    heads: ['topic', 'lines', 'repaired', 'unreadable', 'out of order'],
    rows: report.topics.map(({ topic, lines, repaired, malformed, outOfOrder }) => [
      topic,
      count(lines),
      count(repaired),
      count(malformed),
      count(outOfOrder),
    ]),
  };
}

/** A table as aligned lines. */
export function textLines({ caption, heads, rows }: TextTable): string[] {
  return [caption, ...alignedLines([heads, ...rows], (column) => column === 0)];
}

function count(value: number): string {
  return value.toLocaleString('en');
}
