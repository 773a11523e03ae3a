/** Body of a dashboard's refresh: four metrics of every driver, 1,000 points. */
export function dashboardRequest(nowMs: number, rangeMs = 300_000): string {
  const metrics = ['speed', 'rpm', 'throttle', 'n_gear'];
  return JSON.stringify({
    targets: metrics.map((target, at) => ({ target, refId: 'ABCD'[at] })),
    range: { from: new Date(nowMs - rangeMs).toISOString(), to: new Date(nowMs).toISOString() },
    maxDataPoints: 1000,
  });
}
