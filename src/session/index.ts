export { buildSessionTable, type BuildTableOptions } from './build-table.ts';
export { exportCsv, type ExportOptions } from './export-csv.ts';
export { exportParquet } from './export-parquet.ts';
export { exportBaseName } from './file-names.ts';
export type { ExportBlock, ExportColumn, LargeTable } from './large-table.ts';
export { mergeSlice, type MergedSlice } from './merge-slice.ts';
export { readRawCache, writeRawCache } from './raw-cache.ts';
export { carDataTable, posDataTable } from './raw-tables.ts';
export { isNamed, selectDrivers } from './select-drivers.ts';
export { readTableCache, writeTableCache } from './table-cache.ts';
export { checksumsTable } from './tables/checksums-table.ts';
export { correctedLapsTable } from './tables/corrected-laps-table.ts';
export { lapsTable } from './tables/laps-table.ts';
export { smallTableCsv } from './tables/write-small-table.ts';
export { writeSmallTables } from './tables/write-small-tables.ts';
export {
  telemetryByDriver,
  telemetryByLap,
  telemetrySource,
  type LapSums,
  type TelemetrySource,
} from './telemetry-tables.ts';
export { writeBeside, type ExportedFile } from './write-beside.ts';
