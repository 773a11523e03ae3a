import { noLog, type Log } from '../domain/log.ts';
import type { SessionTable } from '../domain/table.ts';
import { readCacheFile, writeCacheFile, type CacheFormat } from './cache-file.ts';
import { layoutText, tableBytes, tableColumns, viewTable } from './table-layout.ts';

/** Magic: 'F1TABLE' and a line feed. */
const format: CacheFormat = {
  magic: Buffer.from('F1TABLE\n', 'latin1'),
  version: 3,
  noun: 'session table',
  otherwise: 'is rebuilt',
};

interface CacheHeader extends Omit<SessionTable, 'tables'> {
  readonly fingerprint: string;
  readonly layout: string;
  readonly tables: readonly { readonly number: string; readonly rows: number }[];
}

/**
 * Writes a table to one binary file, beside its place first and then renamed, so that a reader never sees half of it.
 * `fingerprint` names the inputs it was built from. Rejects with F1_SESSION_CACHE when the file cannot be written.
 */
export async function writeTableCache(path: string, table: SessionTable, fingerprint: string): Promise<void> {
  const { tables, ...rest } = table;
  const header: CacheHeader = {
    fingerprint,
    layout: layoutText,
    ...rest,
    tables: tables.map(({ driver, rows }) => ({ number: driver.number, rows })),
  };
  const columns = tables.flatMap((driver) => tableColumns.map(([name]) => driver[name]));
  await writeCacheFile(path, format, header, columns);
}

/**
 * The table of a file that `writeTableCache` wrote for the same fingerprint, columns viewed in place; null when there
 * is none, and with a line in the log when it is of another version, stale or damaged. Never throws for what is in
 * the file. One read of the whole file and one pass for the checksum.
 */
export function readTableCache(
  path: string,
  fingerprint: string,
  log: Log = noLog,
): Promise<SessionTable | null> {
  return readCacheFile(
    path,
    format,
    (content, { buffer, offset }): SessionTable | string => {
      const { fingerprint: madeFrom, layout, tables, ...rest } = content as CacheHeader;
      if (layout !== layoutText) return 'has another column layout';
      if (madeFrom !== fingerprint)
        return 'is stale (the recording, the options or the program have changed)';
      const driverByNumber = new Map(rest.drivers.map((driver) => [driver.number, driver]));
      let at = offset;
      return {
        ...rest,
        tables: tables.map(({ number, rows }) => {
          const table = viewTable(driverByNumber.get(number)!, rows, buffer, at);
          at += tableBytes(rows);
          return table;
        }),
      };
    },
    log,
  );
}
