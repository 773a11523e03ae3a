import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import type { Validators } from './request.ts';

/** A transfer that was begun: bytes so far and what they belong to. */
export interface PartState extends Validators {
  readonly url: string;
  /** Length of the whole file; null when the server did not say. */
  readonly totalBytes: number | null;
}

/** A file on its way: its bytes in `path`, its origin beside it, so that a later process can go on. */
export interface PartFile {
  readonly path: string;
  readonly statePath: string;
}

/** Names of the part file of a target. */
export function partFileOf(target: string, suffix: string): PartFile {
  return { path: `${target}${suffix}`, statePath: `${target}${suffix}.json` };
}

/** Validator that may go into `If-Range`: a strong ETag, else the modification date; null when there is none. */
export function rangeValidator(state: Validators): string | null {
  if (state.etag !== null && !state.etag.startsWith('W/')) return state.etag;
  return state.lastModified;
}

/** Bytes and origin of a part that can be resumed from this URL; null when there is none. */
export async function readPart(
  part: PartFile,
  url: string,
): Promise<(PartState & { readonly bytes: number }) | null> {
  try {
    const { size } = await stat(part.path);
    const state = JSON.parse(await readFile(part.statePath, 'utf8')) as PartState;
    if (state.url !== url || size === 0 || rangeValidator(state) === null) return null;
    return { ...state, bytes: size };
  } catch {
    // No part, or one whose origin is unknown: start over.
    return null;
  }
}

/** Notes what the bytes of an unfinished download belong to. */
export async function writePartState(part: PartFile, state: PartState): Promise<void> {
  await writeFile(part.statePath, JSON.stringify(state));
}

/** Puts the finished part in place of the target in one step. */
export async function finishPart(part: PartFile, target: string): Promise<void> {
  await rename(part.path, target);
  await rm(part.statePath, { force: true });
}

/** Removes an unfinished download with its state. */
export async function dropPart(part: PartFile): Promise<void> {
  await rm(part.path, { force: true });
  await rm(part.statePath, { force: true });
}
