/** The value of a series of an exposition by its name with labels; NaN when there is no such series. */
export function valueIn(exposition: string, series: string): number {
  const line = exposition.split('\n').find((text) => text.startsWith(`${series} `));
  return line === undefined ? Number.NaN : Number(line.slice(series.length + 1));
}

/** Names of the metrics of an exposition with their types. */
export function familiesOf(exposition: string): Map<string, string> {
  return new Map([...exposition.matchAll(/^# TYPE (\S+) (\S+)$/gmu)].map(([, name, type]) => [name!, type!]));
}

/** The exposition of a bridge. */
export async function readExposition(url: string): Promise<string> {
  return (await fetch(`${url}/metrics`)).text();
}
