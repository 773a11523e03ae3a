import type { Cell, CellKind, SmallTable } from '../domain/small-table.ts';
import { clockText } from './replay-text.ts';

/** A small table as aligned lines for the terminal: header with units, numbers to the right, '–' for what is missing. */
export function tableLines({ columns, rows }: SmallTable, skip: ReadonlySet<string> = new Set()): string[] {
  const shown = columns.flatMap((column, at) => (skip.has(column.name) ? [] : [{ ...column, at }]));
  const cells = rows.map((row) => shown.map(({ kind, at }) => cellText(row[at] ?? null, kind)));
  const heads = shown.map(({ name, unit }) => (unit === '' ? name : `${name} [${unit}]`));
  return alignedLines([heads, ...cells], (column) => shown[column]!.kind === 'text');
}

/** Rows of texts as lines with aligned columns, texts to the left and the rest to the right. */
export function alignedLines(
  rows: readonly (readonly string[])[],
  isLeft: (column: number) => boolean,
): string[] {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => row[at]!.length)));
  return rows.map((row) =>
    row
      .map((text, at) => (isLeft(at) ? text.padEnd(widths[at]!) : text.padStart(widths[at]!)))
      .join('  ')
      .trimEnd(),
  );
}

function cellText(cell: Cell, kind: CellKind): string {
  if (cell === null || cell === '') return kind === 'text' ? '' : '–';
  if (typeof cell === 'boolean') return cell ? 'yes' : 'no';
  if (typeof cell === 'string') return cell;
  if (kind === 'durationMs') return spanText(cell);
  if (kind === 'sessionMs') return clockText(Math.round(cell / 1000));
  return String(cell);
}

/** '1:23.456', '23.456', '1:48:51.980'. */
export function spanText(ms: number): string {
  const sign = ms < 0 ? '-' : '';
  const whole = Math.round(Math.abs(ms));
  const seconds = ((whole % 60_000) / 1000).toFixed(3);
  const minutes = Math.floor(whole / 60_000);
  if (minutes === 0) return `${sign}${seconds}`;
  if (minutes < 60) return `${sign}${minutes}:${seconds.padStart(6, '0')}`;
  return `${sign}${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}:${seconds.padStart(6, '0')}`;
}
