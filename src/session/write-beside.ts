import { randomBytes } from 'node:crypto';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { F1Error } from '../domain/errors.ts';
import { makeFolder } from '../util/make-folder.ts';

/** An exported file: where it is and what is in it. */
export interface ExportedFile {
  readonly path: string;
  readonly rows: number;
  readonly bytes: number;
}

/**
 * Gives `write` a new file beside `path` and moves it there when `write` is done; when it fails or is aborted nothing
 * is left. Resolves to the file's size. Rejects with what failed.
 */
export async function moveIntoPlace(
  path: string,
  write: (file: FileHandle) => Promise<void>,
): Promise<number> {
  const beside = `${path}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`;
  try {
    makeFolder(dirname(path));
    const file = await open(beside, 'wx');
    let bytes: number;
    try {
      await write(file);
      bytes = (await file.stat()).size;
    } finally {
      await file.close();
    }
    await rename(beside, path);
    return bytes;
  } catch (error) {
    await rm(beside, { force: true }).catch(() => {});
    throw error;
  }
}

/** `moveIntoPlace` for a user's file: rejects with F1_SESSION_EXPORT (exit code 2) when the folder or disk refuses. */
export async function writeBeside(path: string, write: (file: FileHandle) => Promise<void>): Promise<number> {
  try {
    return await moveIntoPlace(path, write);
  } catch (error) {
    if (!(error instanceof Error && 'errno' in error)) throw error;
    throw new F1Error('F1_SESSION_EXPORT', `Cannot write ${path}`, {
      hint: 'Choose a folder that this user may write to and that has space with --out',
      exitCode: 2,
      cause: error,
    });
  }
}
