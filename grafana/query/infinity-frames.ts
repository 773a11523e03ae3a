import { parseCsv } from './csv.ts';
import type { FieldKind, QueryField, QueryFrame } from './frame.ts';
import type { InfinityColumn, InfinityTarget } from './infinity.ts';
import { compareText, widen } from './long-to-wide.ts';
import { selectColumn, selectRoot } from './root-selector.ts';

/** Frames of an answer, and what Grafana would hide from the user. */
export interface InfinityFrames {
  readonly frames: QueryFrame[];
  /**
   * What Infinity keeps to itself: why series in long form were not turned into wide ones (it answers the rows as they
   * are), or which columns no row has (it answers nulls).
   */
  readonly fault?: string;
}

/**
 * Frames that Infinity's backend parser makes of a JSON answer: fields sorted by name, one type per column, null where a
 * value does not fit; `timeseries` in wide form. No rows: a frame without fields. Throws for selectors that are no path.
 * Source: infinity-libs `jsonframer`, `gframer`; grafana-infinity-datasource `pkg/infinity/postprocess.go`.
 */
export function framesOfJson(answer: unknown, target: InfinityTarget): InfinityFrames {
  const root = selectRoot(answer, target.root_selector ?? '');
  if (root === undefined) {
    throw new Error(
      `Cannot read the answer to target ${target.refId}: it has no "${target.root_selector ?? ''}", check root_selector`,
    );
  }
  const rows = Array.isArray(root) ? root : [root];
  const columns = target.columns?.length ? target.columns : columnsOf(rows);
  const cells = columns.map(({ selector }) => rows.map((row) => selectColumn(row, selector)));
  const absent = columns.filter((_column, index) => cells[index]!.every((cell) => cell === undefined));
  return finish(
    target,
    columns.map((column, index) => makeField(column, cells[index]!)),
    rows.length,
    absent,
  );
}

/** Frames of a CSV answer: every cell is text, so booleans other than `true` and empty numbers are null. */
export function framesOfCsv(answer: string, target: InfinityTarget): InfinityFrames {
  const [heading = [], ...records] = parseCsv(answer);
  if (heading.length === 0)
    throw new Error(`Cannot read the answer to target ${target.refId}: the CSV is empty`);
  const columns = target.columns?.length
    ? target.columns
    : heading.map((name) => ({ selector: name, text: name, type: 'string' }));
  const absent = columns.filter(({ selector }) => !heading.includes(selector));
  const fields = columns
    .filter((column) => !absent.includes(column))
    .map((column) => {
      const index = heading.indexOf(column.selector);
      return makeField(
        column,
        records.map((record) => record[index] ?? null),
      );
    });
  return finish(target, fields, records.length, absent);
}

function finish(
  target: InfinityTarget,
  fields: QueryField[],
  rows: number,
  absent: readonly InfinityColumn[],
): InfinityFrames {
  const frame: QueryFrame = { refId: target.refId, name: target.refId, fields: [], meta: {} };
  if (rows === 0) return { frames: [frame] };
  frame.fields = fields.sort((a, b) => compareText(a.name, b.name));
  const faults = absent.map(({ selector }) => `no row has the column "${selector}"`);
  let answered = describe(frame, rows);
  if (target.format === 'timeseries' && isLong(frame)) {
    const widened = widen(frame);
    if ('frame' in widened) answered = widened.frame;
    else faults.push(widened.fault);
  }
  return { frames: [answered], ...(faults.length === 0 ? {} : { fault: faults.join('; ') }) };
}

function isLong({ fields }: QueryFrame): boolean {
  const time = fields.find(({ type }) => type === 'time');
  const isFactor = ({ type }: QueryField): boolean => type === 'string' || type === 'boolean';
  return (
    time !== undefined && fields.some(isFactor) && fields.some((field) => field !== time && !isFactor(field))
  );
}

/** The kind of a frame that is no series, by which Grafana's expressions and alert rules read it. */
function describe(frame: QueryFrame, rows: number): QueryFrame {
  const has = (type: FieldKind): boolean => frame.fields.some((field) => field.type === type);
  if (rows === 1 && (has('number') || has('boolean')))
    frame.meta = { type: 'numeric-wide', typeVersion: [0, 1] };
  else if (rows > 1 && has('number') && has('string'))
    frame.meta = { type: 'numeric-long', typeVersion: [0, 1] };
  return frame;
}

function columnsOf(rows: readonly unknown[]): InfinityColumn[] {
  const names = new Set(
    rows.flatMap((row) => (typeof row === 'object' && row !== null ? Object.keys(row) : [])),
  );
  return [...names].map((name) => ({ selector: name, text: name, type: '' }));
}

const kinds: Readonly<Record<string, FieldKind>> = {
  string: 'string',
  number: 'number',
  boolean: 'boolean',
  timestamp: 'time',
  timestamp_epoch: 'time',
  timestamp_epoch_s: 'time',
};

const converters: Readonly<Record<string, (value: unknown) => unknown>> = {
  string: (value) => (typeof value === 'number' ? goNumber(value) : isScalar(value) ? String(value) : null),
  number: (value) => numberOf(value),
  boolean: (value) => (typeof value === 'boolean' ? value : isText(value, 'true') ? true : null),
  timestamp: (value) => (typeof value === 'string' ? timeOf(value) : null),
  timestamp_epoch: (value) => epochOf(value, 1),
  timestamp_epoch_s: (value) => epochOf(value, 1000),
};

function makeField(column: InfinityColumn, values: readonly unknown[]): QueryField {
  const name = column.text === '' ? column.selector : column.text;
  const first = values.find((value) => value !== null && value !== undefined);
  if (typeof first === 'object') {
    return { name, type: 'string', values: values.map((value) => JSON.stringify(value ?? null)) };
  }
  const type = column.type === '' ? kindOf(first) : column.type;
  const convert = converters[type];
  const kind = kinds[type];
  if (convert === undefined || kind === undefined) {
    throw new Error(
      `Cannot read column "${name}": type is ${type}, must be one of ${Object.keys(converters).join(', ')}`,
    );
  }
  return { name, type: kind, values: values.map(convert) };
}

function kindOf(value: unknown): string {
  return typeof value === 'number' || typeof value === 'boolean' ? typeof value : 'string';
}

function isScalar(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'boolean';
}

function isText(value: unknown, text: string): boolean {
  return typeof value === 'string' && value.toLowerCase() === text;
}

/** A number as Go's `%v` writes it: with an exponent from a million on (`1e+06`), and below 0.0001. */
function goNumber(value: number): string {
  const size = Math.abs(value);
  const text = value !== 0 && (size < 1e-4 || size >= 1e6) ? value.toExponential() : String(value);
  return text.replace(/e([+-])(\d)$/, (_match, sign: string, digit: string) => `e${sign}0${digit}`);
}

function numberOf(value: unknown): number | null {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || !/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value)) return null;
  return Number(value);
}

function epochOf(value: unknown, unitMs: number): number | null {
  if (typeof value === 'number') return Math.trunc(value) * unitMs;
  return typeof value === 'string' && /^[+-]?\d+$/.test(value) ? Number(value) * unitMs : null;
}

function timeOf(text: string): number | null {
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? null : ms;
}
