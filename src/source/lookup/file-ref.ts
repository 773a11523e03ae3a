import { readdir, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { cacheKeyOf, shortHash, type SessionRef } from '../session-ref.ts';

/** Reference to the file of a recording, to a table file or to a folder of tables. */
export function fileRef(kind: 'recording' | 'tables', spec: string, path: string): SessionRef {
  const place = resolve(path);
  return {
    kind,
    spec,
    title: basename(place),
    cacheKey: cacheKeyOf(basename(place), place),
    location: place,
    archivePath: null,
    async fingerprint() {
      const isFolder = (await stat(place)).isDirectory();
      const names = isFolder ? (await readdir(place)).sort() : [''];
      const parts = await Promise.all(
        names.map(async (name) => {
          const { size, mtimeMs } = await stat(join(place, name));
          return `${name}:${size}:${Math.round(mtimeMs)}`;
        }),
      );
      return shortHash(parts.join('\n'));
    },
    archive: null,
  };
}
