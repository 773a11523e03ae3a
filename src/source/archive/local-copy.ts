import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { listTopicFiles } from '../topics/topic-files.ts';
import { seasonFromFolders, seasonFromIndex, type Season } from './season.ts';

/** Names of the sub-folders; none when the folder cannot be read. */
export async function subFolders(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory() || entry.isSymbolicLink()).map(({ name }) => name);
  } catch {
    return [];
  }
}

/** Sub-folder of a name, whether the disk spells it composed (NFC) or decomposed (NFD); null when there is none. */
async function childFolder(folder: string, name: string): Promise<string | null> {
  const wanted = name.normalize('NFC');
  for (const child of await subFolders(folder))
    if (child.normalize('NFC') === wanted) return join(folder, child);
  return null;
}

/** Folder of a session in a copy of the archive (`path` is `YEAR/EVENT/SESSION/`); null when it has no topic file. */
export async function localSessionFolder(root: string, path: string): Promise<string | null> {
  let folder = root;
  for (const segment of path.split('/').filter((part) => part !== '')) {
    const child = await childFolder(folder, segment);
    if (child === null) return null;
    folder = child;
  }
  return (await listTopicFiles(folder)).length > 0 ? folder : null;
}

/** Sessions of a year in a copy of the archive, as `DATE_Event/DATE_Session`. */
export async function localSessions(root: string, year: number): Promise<string[]> {
  const folders: string[] = [];
  for (const event of await subFolders(join(root, String(year))))
    for (const session of await subFolders(join(root, String(year), event)))
      folders.push(`${event}/${session}`);
  return folders;
}

/** Season index of a copy of the archive; null when there is none or it is no index. */
export async function localSeasonIndex(root: string, year: number): Promise<Season | null> {
  try {
    const text = await readFile(join(root, String(year), 'Index.json'), 'utf8');
    return seasonFromIndex(JSON.parse(text.replace(/^\uFEFF/, '')));
  } catch {
    return null;
  }
}

/** Seasons that a copy of the archive can answer for: its index, and what its folders say. */
export async function localSeasons(root: string, year: number): Promise<Season[]> {
  const index = await localSeasonIndex(root, year);
  const folders = seasonFromFolders(year, await localSessions(root, year));
  return index === null ? [folders] : [index, folders];
}

/** Root of a copy of the archive: the folder itself, or its `static` when the years are there. */
export async function localRoot(folder: string): Promise<string> {
  const inner = join(folder, 'static');
  try {
    return (await stat(inner)).isDirectory() ? inner : folder;
  } catch {
    return folder;
  }
}
