import { HttpError } from '../http/http-error.ts';
import { noOriginalTime, unknownDrivers, unknownFields, whyEmpty } from './notices.ts';
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
  const { request } = context;
  const hasTime = request.time !== 'original' || context.t0EpochMs !== null;
  const made = await source.make(context);
  const { table: asked, unknownNames } = project(hasTime ? made : { ...made, rows: [] }, context);
  const table = limited(withoutEmpty(asked, context), context);
  const notices: Notice[] = [...(made.notices ?? [])];
  if (!hasTime && context.race.session !== null) notices.push(noOriginalTime);
  const unknown = driverless.has(name) ? [] : askedDrivers(context).unknown;
  if (table.rows.length === 0 && notices.length === 0) notices.push(whyEmpty(context, name, unknown));
  else if (unknown.length > 0) notices.push(unknownDrivers(unknown));
  const reason = request.noticeRow ? (notices[0]?.text ?? null) : null;
  if (unknownNames.length > 0) notices.push(unknownFields(unknownNames, name));
  const t = request.time === 'session' ? (context.sessionNowMs ?? 0) / 1000 : context.nowMs;
  const text =
    request.format === 'csv'
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

/** Tables that order their rows have kept the newest; of the others the first stay. `fill` is bounded by its time points. */
function limited(table: Table, { request }: TableContext): Table {
  if (request.fill || table.rows.length <= request.limit) return table;
  return { ...table, rows: table.rows.slice(0, request.limit) };
}

/** The columns that a request names, beside `t` and `driver`, and names that are no column. */
function project(
  table: Table,
  { request }: TableContext,
): { readonly table: Table; readonly unknownNames: readonly string[] } {
  const { fields } = request;
  if (fields === null) return { table, unknownNames: [] };
  const wanted = new Set(fields.map((name) => name.toLowerCase()));
  const known = new Set(table.columns.map((column) => column.toLowerCase()));
  const unknownNames = fields.filter((name) => !known.has(name.toLowerCase()));
  if (unknownNames.length === fields.length) {
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
    table: {
      ...table,
      columns: kept.map((i) => table.columns[i]!),
      rows: table.rows.map((row) => kept.map((i) => row[i])),
    },
    unknownNames,
  };
}
