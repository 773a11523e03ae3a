const stepsS = [0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300];

/**
 * Ticks between two session times [s], at whole steps of the clock shown (whose reading is session time + `offsetS`),
 * at most `maxTicks` of them.
 */
export function timeTicks(fromS: number, toS: number, maxTicks: number, offsetS: number): number[] {
  const stepS = stepsS.find((step) => (toS - fromS) / step <= Math.max(1, maxTicks)) ?? 600;
  const ticks: number[] = [];
  for (let at = Math.ceil((fromS + offsetS) / stepS); at * stepS - offsetS <= toS; at++)
    ticks.push(at * stepS - offsetS);
  return ticks;
}
