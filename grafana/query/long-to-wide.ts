import { cellText, rowsOf } from './frame.ts';
import type { QueryField, QueryFrame } from './frame.ts';

/** What became of a frame in long form: the wide one, or why it stays as it is. */
export type Widened = { readonly frame: QueryFrame } | { readonly fault: string };

/**
 * Turns time, text and numbers (long form) into one field per number column and set of labels, as `LongToWide` of
 * Grafana's plugin SDK with missing values as null: rows have to be in ascending order of the first time field; of rows
 * with one time and one set of labels the last one counts; other fields than text and booleans become series; fields are
 * sorted by name, then labels. Source: grafana-plugin-sdk-go `data/time_series.go`.
 */
export function widen(long: QueryFrame): Widened {
  const time = long.fields.find(({ type }) => type === 'time');
  const factors = long.fields.filter(({ type }) => type === 'string' || type === 'boolean');
  const numbers = long.fields.filter((field) => field !== time && !factors.includes(field));
  const rows = rowsOf(long);
  if (time === undefined || factors.length === 0 || numbers.length === 0 || rows === 0) {
    return { fault: 'not a series in long form: it needs rows with a time, a text and a number' };
  }
  const times: number[] = [];
  const series = new Map<string, QueryField[]>();
  for (let row = 0; row < rows; row++) {
    const at = time.values[row];
    if (typeof at !== 'number') return { fault: `row ${row} has no time` };
    const last = times.at(-1);
    if (last !== undefined && at < last) {
      return {
        fault: `rows must be sorted ascending by time: row ${row} is at ${at}, the one before at ${last}`,
      };
    }
    if (last === undefined || at > last) times.push(at);
    const labels = factors.map((factor) => cellText(factor.values[row]));
    const key = JSON.stringify(labels);
    let fields = series.get(key);
    if (fields === undefined) {
      const named = Object.fromEntries(factors.map((factor, index) => [factor.name, labels[index]!]));
      fields = numbers.map(({ name, type }) => ({ name, type, values: [], labels: { ...named } }));
      series.set(key, fields);
    }
    for (const [index, { values }] of fields.entries()) {
      while (values.length < times.length - 1) values.push(null);
      values[times.length - 1] = numbers[index]!.values[row];
    }
  }
  const wide = [...series.values()].flat();
  for (const { values } of wide) while (values.length < times.length) values.push(null);
  wide.sort((a, b) => compareFields(a, b, factors));
  return {
    frame: {
      ...long,
      fields: [{ name: time.name, type: 'time', values: times }, ...wide],
      meta: { ...long.meta, type: 'timeseries-wide', typeVersion: [0, 1] },
    },
  };
}

function compareFields(a: QueryField, b: QueryField, factors: readonly QueryField[]): number {
  if (a.name !== b.name) return compareText(a.name, b.name);
  for (const { name } of factors) {
    const order = compareText(a.labels?.[name] ?? '', b.labels?.[name] ?? '');
    if (order !== 0) return order;
  }
  return 0;
}

/** Order of two texts by code point, as Go compares them. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
