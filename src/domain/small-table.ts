/** One value of a small table; null = missing. */
export type Cell = string | number | boolean | null;

/**
 * What a column holds, and how it is written: `sessionMs` (ms since t0) and `durationMs` as seconds, `epochMs` as ISO 8601
 * with ms and Z, `boolean` as True or False, `integer`, `number` as a float (`1.0`), `text` as it is.
 */
export type CellKind = 'text' | 'integer' | 'number' | 'boolean' | 'sessionMs' | 'durationMs' | 'epochMs';

export interface SmallColumn {
  /** FastF1's spelling where FastF1 has the column. */
  readonly name: string;
  readonly kind: CellKind;
  /** Unit for the reader, '' when there is none: 'km/h', '°C'. */
  readonly unit: string;
}

/** A table of a session that is not telemetry: laps, weather, results … */
export interface SmallTable {
  /** File name without extension: 'laps', 'race_control_messages'. */
  readonly name: string;
  readonly columns: readonly SmallColumn[];
  /** Cells in column order. */
  readonly rows: readonly (readonly Cell[])[];
}
