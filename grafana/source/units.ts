/** Grafana's name of a channel's unit; `none` for codes and counts. */
export function grafanaUnit(unit: string): string {
  const known: Readonly<Record<string, string>> = {
    'km/h': 'velocitykmh',
    rpm: 'rotrpm',
    '%': 'percent',
    m: 'lengthm',
    '°C': 'celsius',
  };
  return known[unit] ?? 'none';
}
