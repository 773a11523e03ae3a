export { buildSessionTable, type BuildTableOptions } from './build-table.ts';
export { mergeSlice, type MergedSlice } from './merge-slice.ts';
