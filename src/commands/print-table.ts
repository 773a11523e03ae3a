import type { Cell, CellKind, SmallTable } from '../domain/small-table.ts';

/** A small table as aligned lines for the terminal: header with units, numbers to the right, '–' for what is missing. */
export function tableLines({ columns, rows }: SmallTable, skip: ReadonlySet<string> = new Set()): string[] {
  const shown = columns.flatMap((column, at) => (skip.has(column.name) ? [] : [{ ...column, at }]));
  const cells = rows.map((row) => shown.map(({ kind, at }) => cellText(row[at] ?? null, kind)));
  const heads = shown.map(({ name, unit }) => (unit === '' ? name : `${name} [${unit}]`));
  const widths = heads.map((head, at) => Math.max(head.length, ...cells.map((row) => row[at]!.length)));
  const line = (texts: readonly string[]): string =>
    texts
      .map((text, at) => (shown[at]!.kind === 'text' ? text.padEnd(widths[at]!) : text.padStart(widths[at]!)))
      .join('  ')
      .trimEnd();
  return [line(heads), ...cells.map(line)];
}

function cellText(cell: Cell, kind: CellKind): string {
  if (cell === null || cell === '') return kind === 'text' ? '' : '–';
  if (typeof cell === 'boolean') return cell ? 'yes' : 'no';
  if (typeof cell === 'string') return cell;
  if (kind === 'durationMs') return spanText(cell);
  if (kind === 'sessionMs') return clockText(cell);
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

function clockText(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const pad = (value: number): string => String(value).padStart(2, '0');
  return `${Math.floor(seconds / 3600)}:${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`;
}
