import type { TableContext } from './table-context.ts';
import type { Cell, Notice, Table } from './table.ts';

/** `meta` of an answer as JSON. */
export function metaText({ app, race }: TableContext, notices: readonly Notice[]): string {
  const { tracker, replay } = app.state;
  return JSON.stringify({
    run: tracker.run,
    segment: Math.max(0, tracker.segment),
    simulated: replay?.simulated ?? race.session?.simulated ?? false,
    notices,
  });
}

/** A table as JSON: rows as objects with every column. */
export function jsonTable(table: Table, meta: string, reason: string | null, t: number): string {
  const keys = table.columns.map((column, i) => `${i === 0 ? '{' : ','}${JSON.stringify(column)}:`);
  const rows = table.rows.map((row) => {
    let text = '';
    for (let i = 0; i < keys.length; i++) text += keys[i]! + jsonCell(row[i]);
    return `${text}}`;
  });
  if (rows.length === 0 && reason !== null) rows.push(jsonReason(table.columns, t, reasonAt(table), reason));
  return `{"rows":[${rows.join(',')}],"meta":${meta}}`;
}

/** As JSON.stringify, which is slow for numbers. */
function jsonCell(value: Cell): string {
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : 'null';
  return value === null || value === undefined ? 'null' : JSON.stringify(value);
}

/** A table as CSV (RFC 4180, lines end with LF); null is an empty cell. */
export function csvTable(table: Table, reason: string | null, t: number): string {
  const lines = table.rows.map((row) => `${table.columns.map((_, i) => csvCell(row[i])).join(',')}\n`);
  if (lines.length === 0 && reason !== null) lines.push(csvReason(table.columns, t, reasonAt(table), reason));
  return csvHead(table.columns) + lines.join('');
}

/** Heading line of a CSV answer. */
export function csvHead(columns: readonly string[]): string {
  return `${columns.map(csvCell).join(',')}\n`;
}

/** The one row of an empty answer that says why it is empty, in columns `at`. */
export function jsonReason(
  columns: readonly string[],
  t: number,
  at: readonly number[],
  reason: string,
): string {
  const cells = columns.map(
    (column, i) =>
      `${JSON.stringify(column)}:${i === 0 ? t : at.includes(i) ? JSON.stringify(reason) : 'null'}`,
  );
  return `{${cells.join(',')}}`;
}

export function csvReason(
  columns: readonly string[],
  t: number,
  at: readonly number[],
  reason: string,
): string {
  return `${columns.map((_, i) => (i === 0 ? String(t) : at.includes(i) ? csvCell(reason) : '')).join(',')}\n`;
}

/** Columns that hold the reason of an empty table. */
function reasonAt({ columns, reasonColumn = 'driver' }: Table): readonly number[] {
  const names = typeof reasonColumn === 'string' ? [reasonColumn] : reasonColumn;
  const found = names.map((name) => columns.indexOf(name)).filter((at) => at > 0);
  return found.length > 0 ? found : [1];
}

/** A value as a cell of CSV (RFC 4180). */
export function csvCell(value: Cell): string {
  if (value === null || value === undefined) return '';
  const text = String(value);
  return /[",\r\n]/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Notices for an HTTP header: JSON with every character beyond ASCII escaped. */
export function headerText(notices: readonly Notice[]): string {
  return JSON.stringify(notices).replaceAll(/[\u007f-\u{10ffff}]/gu, (letter) =>
    Array.from(
      { length: letter.length },
      (_, i) => `\\u${letter.charCodeAt(i).toString(16).padStart(4, '0')}`,
    ).join(''),
  );
}
