import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog';
import { bridgeSource } from './sources.ts';

/** A column of a table of the bridge: its name there, its name in the panel, Infinity's type. */
export interface Column {
  readonly selector: string;
  readonly text: string;
  readonly type: 'string' | 'number' | 'boolean' | 'timestamp_epoch';
}

export const time = (selector = 't', text = 'Time'): Column => ({ selector, text, type: 'timestamp_epoch' });
export const number = (selector: string, text = selector): Column => ({ selector, text, type: 'number' });
export const string = (selector: string, text = selector): Column => ({ selector, text, type: 'string' });

/** What a query of the bridge's tables asks for (PROTOCOL §7.2). */
export interface TableQuery {
  readonly refId?: string;
  /** Name of the table: `telemetry`, `laps` … */
  readonly table: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly columns: readonly Column[];
  /** `timeseries` turns rows of (time, texts, numbers) into one field for each text. */
  readonly format: 'table' | 'timeseries' | 'dataframe';
  /** Whether the dashboard's range is sent; tables of the whole race leave it out. */
  readonly hasRange?: boolean;
}

/** Tables of thousands of rows: as CSV they are half as long. */
const long: ReadonlySet<string> = new Set(['telemetry', 'gaps']);

/** The query as Infinity's model has it; the same for panels, variables and annotations. */
export function infinityModel(query: TableQuery): Record<string, unknown> {
  const { refId = 'A', table, params = {}, columns, format, hasRange = true } = query;
  const range = hasRange ? { from: '${__timeFrom}', to: '${__timeTo}' } : {};
  const isCsv = long.has(table);
  const form = isCsv ? { format: 'csv' } : {};
  return {
    refId,
    datasource: bridgeSource,
    type: isCsv ? 'csv' : 'json',
    parser: 'backend',
    source: 'url',
    format,
    url: `/api/v1/${table}`,
    url_options: {
      method: 'GET',
      data: '',
      params: Object.entries({ ...params, ...form, ...range }).map(([key, value]) => ({ key, value })),
    },
    root_selector: isCsv ? '' : 'rows',
    columns,
    filterExpression: '',
    summarizeExpression: '',
    computed_columns: [],
  };
}

/** A panel's query; an empty answer shows its reason as a row. */
export function infinity(query: TableQuery): Builder<Dataquery> {
  const model = infinityModel({ ...query, params: { ...query.params, notice: 'row' } });
  return { build: () => ({ ...model, _implementsDataqueryVariant: () => {} }) };
}
