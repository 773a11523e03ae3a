const preferred = ['VER', 'HAM', 'LEC'];

/**
 * Drivers shown when nothing was chosen: favourites, else VER, HAM and LEC, as far as they are in the session; else
 * the leader and the next. Never empty when there are drivers.
 */
export function defaultDrivers(
  drivers: readonly {
    readonly code: string;
    readonly position: number | null;
    readonly hasTelemetry: boolean;
  }[],
  favourites: readonly string[],
): string[] {
  const withData = drivers.some(({ hasTelemetry }) => hasTelemetry)
    ? drivers.filter(({ hasTelemetry }) => hasTelemetry)
    : drivers;
  const codes = new Set(withData.map(({ code }) => code));
  for (const list of [favourites, preferred]) {
    const present = list.filter((code) => codes.has(code));
    if (present.length > 0) return present;
  }
  return [...withData]
    .sort((a, b) => (a.position ?? 99) - (b.position ?? 99))
    .slice(0, 2)
    .map(({ code }) => code);
}
