import { join } from 'node:path';
import type { SmallTable } from '../../domain/small-table.ts';
import { writeBeside, type ExportedFile } from '../write-beside.ts';
import { smallTableCsv } from './write-small-table.ts';

/** Writes small tables as `{name}.csv` to a folder. Rejects with F1_SESSION_EXPORT. */
export async function writeSmallTables(tables: readonly SmallTable[], dir: string): Promise<ExportedFile[]> {
  const files: ExportedFile[] = [];
  for (const table of tables) {
    const path = join(dir, `${table.name}.csv`);
    const bytes = await writeBeside(path, (file) => file.writeFile(smallTableCsv(table)));
    files.push({ path, rows: table.rows.length, bytes });
  }
  return files;
}
