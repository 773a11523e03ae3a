import { isKind } from './grafana-data.ts';
import type { DataFrame, Field } from './grafana-data.ts';

/** Share of missing numbers that a panel's series may have. */
export const maxNullRatio = 0.1;
/** Rows that may be breaks of the trace: so many, or this share of all. */
const leastBreaks = 3;
const maxBreakRatio = 0.05;

/**
 * What keeps a panel type from drawing these frames, in sentences; none when it can. Series must have a time (or a
 * number as x) without holes and at most a tenth of their numbers missing; a few rows in which every series is missing
 * are breaks of the trace and do not count.
 */
export function requireFrames(panelType: string, frames: readonly DataFrame[]): string[] {
  if (frames.every(({ length }) => length === 0)) return ['no rows'];
  const withRows = frames.filter(({ length }) => length > 0);
  const nulls = nullTimes(withRows);
  if (nulls.length > 0) return nulls;
  switch (panelType) {
    case 'timeseries':
      return requireSeries(withRows);
    case 'trend':
      return requireNumbers(withRows, 2, 'a trend');
    case 'xychart':
      return requirePairs(withRows);
    case 'state-timeline':
    case 'status-history':
      return requireStates(withRows);
    case 'table':
      return [];
    default:
      return requireValue(withRows);
  }
}

function nullTimes(frames: readonly DataFrame[]): string[] {
  return frames.flatMap(({ fields, refId = '' }) =>
    fields
      .filter((field) => isKind(field, 'time') && field.values.some((value) => isMissing(value)))
      .map(({ name }) => `field "${name}" of ${refId} has rows without a time`),
  );
}

function requireSeries(frames: readonly DataFrame[]): string[] {
  const series = frames.filter((frame) => has(frame, 'time') && has(frame, 'number'));
  if (series.length === 0) return [`no series: a time and a number are needed, there are ${kindsOf(frames)}`];
  const unordered = series.flatMap((frame) => {
    const time = frame.fields.find((field) => isKind(field, 'time'))!;
    const at = time.values.findIndex((value, row) => row > 0 && Number(value) < Number(time.values[row - 1]));
    return at < 0 ? [] : [`times of ${frame.refId ?? frame.name ?? ''} do not ascend at row ${at}`];
  });
  return [...unordered, ...tooManyNulls(series), ...lonely(series)];
}

/** Frames of at least so many rows have lines; some of their series may have just begun or ended. */
const leastRows = 20;
const maxLonelyRatio = 0.1;

/** Series without a line: fewer than two of many rows have a number. */
function lonely(frames: readonly DataFrame[]): string[] {
  const fields = frames.flatMap(({ fields: all, length }) =>
    length < leastRows ? [] : all.filter((field) => isKind(field, 'number')),
  );
  const names = fields
    .filter(({ values }) => values.filter((value) => !isMissing(value)).length < 2)
    .map(({ name, labels }) => Object.values(labels ?? {}).join(' ') || name);
  if (names.length <= Math.floor(fields.length * maxLonelyRatio)) return [];
  return [`${names.join(', ')}: fewer than two numbers in all rows make no line`];
}

function requireNumbers(frames: readonly DataFrame[], count: number, what: string): string[] {
  const fit = frames.filter(
    ({ fields }) => fields.filter((field) => isKind(field, 'number')).length >= count,
  );
  if (fit.length === 0) return [`${what} needs ${count} numbers in a frame, there are ${kindsOf(frames)}`];
  return tooManyNulls(fit);
}

/** Points need an x and a y; a number that is missing is no gap of anything, as in a matrix of one point a series. */
function requirePairs(frames: readonly DataFrame[]): string[] {
  const fit = frames.filter(({ fields }) => fields.filter((field) => isKind(field, 'number')).length >= 2);
  if (fit.length === 0) return [`an XY chart needs 2 numbers in a frame, there are ${kindsOf(frames)}`];
  return fit.some(hasPoint) ? [] : ['no row has both an x and a y'];
}

function hasPoint({ fields, length }: DataFrame): boolean {
  const numbers = fields.filter((field) => isKind(field, 'number'));
  for (let row = 0; row < length; row++) {
    if (numbers.filter(({ values }) => !isMissing(values[row])).length >= 2) return true;
  }
  return false;
}

function requireStates(frames: readonly DataFrame[]): string[] {
  const fit = frames.filter(
    (frame) => has(frame, 'time') && frame.fields.some((field) => !isKind(field, 'time')),
  );
  if (fit.length === 0) return [`no states: a time and a value are needed, there are ${kindsOf(frames)}`];
  return tooManyNulls(fit);
}

function requireValue(frames: readonly DataFrame[]): string[] {
  const values = frames.flatMap(({ fields }) => fields.filter((field) => isKind(field, 'number', 'string')));
  if (values.length === 0) return [`no value: a number or a text is needed, there are ${kindsOf(frames)}`];
  return values.some((field) => field.values.some((value) => !isMissing(value)))
    ? []
    : ['every value is missing'];
}

function tooManyNulls(frames: readonly DataFrame[]): string[] {
  return frames.flatMap((frame) => {
    const numbers = frame.fields.filter((field) => isKind(field, 'number', 'boolean'));
    const { missing, all } = countMissing(numbers, frame.length);
    if (missing === all && numbers.length > 0) return [`every number of ${frame.refId ?? ''} is missing`];
    const ratio = all === 0 ? 0 : missing / all;
    if (ratio <= maxNullRatio) return [];
    return [
      `${Math.round(ratio * 100)} % of the numbers of ${frame.refId ?? ''} are missing, ${maxNullRatio * 100} % at most may be`,
    ];
  });
}

/**
 * Missing numbers of series and how many there could be. A series counts from its first number to its last: one that
 * begins late or ends early (a car that retires, a lap not all have ended) has no hole there. Rows in which every series
 * is missing are breaks of the trace, as long as they are few.
 */
function countMissing(fields: readonly Field[], rows: number): { missing: number; all: number } {
  const spans = fields.map(({ values }) => spanOf(values, rows));
  const breaks = { rows: 0, cells: 0 };
  let missing = 0;
  let all = 0;
  for (let row = 0; row < rows; row++) {
    const alive = fields.filter((_field, index) => row >= spans[index]!.first && row <= spans[index]!.last);
    const holes = alive.filter(({ values }) => isMissing(values[row])).length;
    if (holes > 0 && holes === alive.length) {
      breaks.rows++;
      breaks.cells += holes;
      continue;
    }
    missing += holes;
    all += alive.length;
  }
  if (breaks.rows <= Math.max(leastBreaks, rows * maxBreakRatio)) return { missing, all };
  return { missing: missing + breaks.cells, all: all + breaks.cells };
}

/** Rows of the first and the last number of a field; of a field without any all rows, so that it counts as missing. */
function spanOf(values: Field['values'], rows: number): { first: number; last: number } {
  const first = values.findIndex((value) => !isMissing(value));
  if (first < 0) return { first: 0, last: rows - 1 };
  return { first, last: values.findLastIndex((value) => !isMissing(value)) };
}

function has({ fields }: DataFrame, kind: string): boolean {
  return fields.some((field) => isKind(field, kind));
}

function kindsOf(frames: readonly DataFrame[]): string {
  const kinds = new Set(frames.flatMap(({ fields }) => fields.map(({ type }) => type as string)));
  return kinds.size === 0 ? 'no fields' : [...kinds].join(', ');
}

/** True for null, undefined and not-a-number. */
export function isMissing(value: unknown): boolean {
  return value === null || value === undefined || Number.isNaN(value);
}
