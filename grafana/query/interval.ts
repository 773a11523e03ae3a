/** Upper bounds of a raw interval and the round one that Grafana takes instead, both in ms. */
const rounding: readonly (readonly [number, number])[] = [
  [10, 1],
  [15, 10],
  [35, 20],
  [75, 50],
  [150, 100],
  [350, 200],
  [750, 500],
  [1_500, 1_000],
  [3_500, 2_000],
  [7_500, 5_000],
  [12_500, 10_000],
  [17_500, 15_000],
  [25_000, 20_000],
  [45_000, 30_000],
  [90_000, 60_000],
  [210_000, 120_000],
  [450_000, 300_000],
  [750_000, 600_000],
  [1_050_000, 900_000],
  [1_500_000, 1_200_000],
  [2_700_000, 1_800_000],
  [5_400_000, 3_600_000],
  [9_000_000, 7_200_000],
  [16_200_000, 10_800_000],
  [32_400_000, 21_600_000],
  [86_400_000, 43_200_000],
  [604_800_000, 86_400_000],
  [1_814_400_000, 604_800_000],
  [3_628_800_000, 2_592_000_000],
];
const yearMs = 31_536_000_000;

const units: readonly (readonly [string, number])[] = [
  ['y', yearMs],
  ['w', 604_800_000],
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
];

/** A raw interval made round as Grafana does [ms]. */
export function roundInterval(intervalMs: number): number {
  return rounding.find(([below]) => intervalMs < below)?.[1] ?? yearMs;
}

/** Interval of a query: range ÷ points made round, at least `lowLimitMs`; below 10 ms it is 1 ms [ms]. */
export function intervalOf(rangeMs: number, maxDataPoints: number, lowLimitMs = 0): number {
  return Math.max(roundInterval(rangeMs / maxDataPoints), lowLimitMs);
}

/** An interval as Grafana writes it: `200ms`, `15s`, `1m`. */
export function intervalText(intervalMs: number): string {
  for (const [unit, ms] of units) {
    if (unit !== 'w' && intervalMs >= ms) return `${Math.floor(intervalMs / ms)}${unit}`;
  }
  return '1ms';
}

/** `100ms`, `15s`, `>1m`, a bare number of seconds → ms. Throws for anything else. */
export function parseInterval(text: string): number {
  const found = /^>?\s*(\d+(?:\.\d+)?)(ms|[smhdwy])?$/.exec(text.trim());
  if (found === null) {
    throw new Error(`Cannot read the interval "${text}": it must be a number with ms, s, m, h, d, w or y`);
  }
  return Number(found[1]) * (units.find(([unit]) => unit === (found[2] ?? 's'))?.[1] ?? 0);
}
