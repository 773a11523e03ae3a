import { HttpError } from '../http/http-error.ts';
import { unknownDrivers, whyEmpty } from './notices.ts';
import { askedDrivers } from './table-context.ts';
import type { TableContext } from './table-context.ts';
import type { Notice, Table } from './table.ts';
import { telemetryAnswer } from './telemetry-table.ts';
import type { TableAnswer } from './telemetry-table.ts';
import { tables } from './tables/index.ts';
import { csvTable, jsonTable, metaText } from './write-table.ts';

/** Tables that are not about drivers: an unknown driver is nothing to them. */
const driverless: ReadonlySet<string> = new Set([
  'weather',
  'race-control',
  'track-status',
  'sessions',
  'replay',
  'replay-events',
  'stats',
  'track',
  'compare',
  'kafka-lag',
  'predictions',
]);

/**
 * Answer of `/api/v1/{name}`.
 * @throws {HttpError} 400 when nothing that was asked is known or too much is asked
 */
export async function answerTable(name: string, context: TableContext): Promise<TableAnswer> {
  if (name === 'telemetry') return telemetryAnswer(context);
  const source = tables[name];
  if (source === undefined) throw new Error(`Cannot find the table ${name}`);
  const made = await source.make(context);
  const table = withoutEmpty(project(made, context), context);
  const notices: Notice[] = [...(made.notices ?? [])];
  const unknown = driverless.has(name) ? [] : askedDrivers(context).unknown;
  if (table.rows.length === 0 && notices.length === 0) notices.push(whyEmpty(context, name, unknown));
  else if (unknown.length > 0) notices.push(unknownDrivers(unknown));
  const reason = context.request.noticeRow ? (notices[0]?.text ?? null) : null;
  const t = context.request.time === 'session' ? (context.sessionNowMs ?? 0) / 1000 : context.nowMs;
  const text =
    context.request.format === 'csv'
      ? csvTable(table, reason, t)
      : jsonTable(table, metaText(context, notices), reason, t);
  return { body: Buffer.from(text), notices };
}

/** Columns that were asked for and have no value in any row are no answer: the reason is. */
function withoutEmpty(table: Table, { request }: TableContext): Table {
  if (request.fields === null) return table;
  const asked = table.columns.flatMap((column, i) => (i > 0 && column !== 'driver' ? [i] : []));
  const isEmpty = table.rows.every((row) => asked.every((i) => row[i] === null || row[i] === undefined));
  return isEmpty && asked.length > 0 ? { ...table, rows: [] } : table;
}

/** The columns that a request names, beside `t` and `driver`. */
function project(table: Table, { request }: TableContext): Table {
  const { fields } = request;
  if (fields === null) return table;
  const wanted = new Set(fields.map((name) => name.toLowerCase()));
  const isKnown = table.columns.some((column) => wanted.has(column.toLowerCase()));
  if (!isKnown) {
    throw new HttpError(
      400,
      'F1_BRIDGE_QUERY',
      `Cannot answer fields ${JSON.stringify(fields.slice(0, 5).join(','))}: none is a column of this table`,
      `Columns are: ${table.columns.join(', ')}`,
    );
  }
  const kept = table.columns.flatMap((column, i) =>
    i === 0 || column === 'driver' || wanted.has(column.toLowerCase()) ? [i] : [],
  );
  return {
    ...table,
    columns: kept.map((i) => table.columns[i]!),
    rows: table.rows.map((row) => kept.map((i) => row[i])),
  };
}
