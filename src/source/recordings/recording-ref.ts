import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { cacheKeyOf, shortHash, type SessionRef } from '../session-ref.ts';

/** Reference to the file of a live recording; what kind it is, its content tells when it is read. */
export function recordingRef(spec: string, path: string): SessionRef {
  const file = resolve(path);
  const title = basename(file);
  return {
    kind: 'recording',
    spec,
    title,
    cacheKey: cacheKeyOf(title, file),
    location: file,
    archivePath: null,
    async fingerprint() {
      const { size, mtimeMs } = await stat(file);
      return shortHash(`${size}:${Math.round(mtimeMs)}`);
    },
    archive: null,
  };
}
