import type { SessionQuality } from './session-quality.ts';

/** How far a recording is to be trusted, with every reason that speaks against it. */
export interface Verdict {
  readonly grade: 'good' | 'usable with care' | 'poor';
  readonly reasons: readonly string[];
}

/** From these limits on a reason is told; the second one makes a recording poor. */
export const limits = {
  /** Share of expected samples of a driver. */
  completeness: { careBelow: 0.97, poorBelow: 0.8 },
  /** Longest hole of a driver [ms]. */
  gapMs: { careAbove: 5000, poorAbove: 60_000 },
  /** Share of samples of a driver with a sentinel or without a fix. */
  faultyShare: { careAbove: 0.02, poorAbove: 0.2 },
  /** Share of lines of a topic that cannot be read. */
  malformedShare: { careAbove: 0, poorAbove: 0.02 },
} as const;

/** Weighs what was found. */
export function verdictOf(facts: Omit<SessionQuality, 'verdict'>): Verdict {
  const reasons: string[] = [];
  let isPoor = false;
  const tell = (reason: string, poor: boolean): void => {
    reasons.push(reason);
    isPoor ||= poor;
  };
  const { drivers, report } = facts;
  if (facts.carIntervalMs === null) tell('There is no car telemetry', false);
  if (facts.posIntervalMs === null) tell('There are no positions', false);
  if (drivers.every(({ lapQuality }) => lapQuality.laps === 0)) tell('There are no laps', true);
  for (const [name, hasFeed, feedOf] of [
    ['Car samples', facts.carIntervalMs !== null, (one: (typeof drivers)[number]) => one.car],
    ['Positions', facts.posIntervalMs !== null, (one: (typeof drivers)[number]) => one.pos],
  ] as const) {
    if (!hasFeed) continue;
    // A car that never drove has nothing to be complete.
    const driven = drivers.filter(({ lapQuality }) => lapQuality.laps > 0);
    const short = driven.filter((one) => feedOf(one).completeness < limits.completeness.careBelow);
    if (short.length > 0)
      tell(
        `${name} of ${listOf(short.map((one) => `${one.driver} ${percent(feedOf(one).completeness)}`))} are not complete`,
        short.some((one) => feedOf(one).completeness < limits.completeness.poorBelow),
      );
    const holed = driven.filter((one) => feedOf(one).longestGapMs > limits.gapMs.careAbove);
    if (holed.length > 0)
      tell(
        `${name} have holes, the longest of ${(Math.max(...holed.map((one) => feedOf(one).longestGapMs)) / 1000).toFixed(1)} s: ${listOf(holed.map(({ driver }) => driver))}`,
        holed.some((one) => feedOf(one).longestGapMs > limits.gapMs.poorAbove),
      );
  }
  const faulty = drivers.filter((one) => faultyShare(one) > limits.faultyShare.careAbove);
  if (faulty.length > 0)
    tell(
      `Many samples are sentinels or no fix: ${listOf(faulty.map((one) => `${one.driver} ${percent(faultyShare(one))}`))}`,
      faulty.some((one) => faultyShare(one) > limits.faultyShare.poorAbove),
    );
  for (const { topic, lines, malformed } of report.topics)
    if (malformed > 0)
      tell(
        `${topic}: ${malformed} of ${lines} lines cannot be read`,
        malformed / lines > limits.malformedShare.poorAbove,
      );
  const grade = isPoor ? 'poor' : reasons.length > 0 ? 'usable with care' : 'good';
  return { grade, reasons };
}

/** Share of samples with a sentinel (the worst channel) or without a fix. */
export function faultyShare({ carFaults, posFaults }: SessionQuality['drivers'][number]): number {
  const car =
    carFaults === null || carFaults.samples === 0
      ? 0
      : Math.max(carFaults.throttle, carFaults.brake, carFaults.gear, carFaults.rpm) / carFaults.samples;
  const pos =
    posFaults === null || posFaults.samples === 0
      ? 0
      : (posFaults.zero + posFaults.frozen) / posFaults.samples;
  return Math.max(car, pos);
}

export function percent(share: number): string {
  return `${(Math.floor(share * 1000) / 10).toFixed(1)} %`;
}

function listOf(names: readonly string[]): string {
  return names.length <= 6
    ? names.join(', ')
    : `${names.slice(0, 5).join(', ')} and ${names.length - 5} more`;
}
