import { mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { errnoOf } from './errno.ts';

/**
 * Makes a folder with its parents, like `mkdirSync` with `recursive`, which never returns where the file system refuses a
 * folder as not existing (`/proc`, some network mounts). Throws the system's error. O(depth).
 */
export function makeFolder(path: string): void {
  const folder = resolve(path);
  try {
    mkdirSync(folder);
  } catch (error) {
    const code = errnoOf(error);
    const parent = dirname(folder);
    if (isFolder(folder)) return;
    if (code !== 'ENOENT' || parent === folder || isFolder(parent)) throw error;
    makeFolder(parent);
    try {
      mkdirSync(folder);
    } catch (again) {
      // Another process may have made it in between.
      if (errnoOf(again) !== 'EEXIST' || !isFolder(folder)) throw again;
    }
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
