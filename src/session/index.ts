export { buildSessionTable, type BuildTableOptions } from './build-table.ts';
export { exportCsv, type ExportOptions } from './export-csv.ts';
export { exportParquet } from './export-parquet.ts';
export { exportTiming } from './export-timing.ts';
export { exportBaseName } from './file-names.ts';
export { mergeSlice, type MergedSlice } from './merge-slice.ts';
export { selectDrivers } from './select-drivers.ts';
export { readTableCache, writeTableCache } from './table-cache.ts';
export type { ExportedFile } from './write-beside.ts';
