import type { Config } from '../config/schema.ts';
import type { Log, OnProgress } from '../domain/log.ts';
import type { RawSession, SessionIdentity } from '../domain/raw-session.ts';
import { identityFromFolder, identityFromName } from './identity.ts';
import { readFolder } from './read-folder.ts';
import type { SessionRef } from './session-ref.ts';

export interface ReadSessionOptions {
  readonly config: Config;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly onProgress?: OnProgress;
  /** Names a session whose files and folder do not: `--name "2023 Qatar Race"`. */
  readonly name?: string;
  /** Car numbers to rename, old → new: `--car-alias 9=20`. */
  readonly carAlias?: ReadonlyMap<string, string>;
}

function hintFor(folder: string, name: string | undefined): SessionIdentity | null {
  const fromFolder = identityFromFolder(folder);
  if (name === undefined || name.trim() === '') return fromFolder;
  return { ...identityFromName(name), path: fromFolder?.path ?? null };
}

/** Reads a session into columns and first-reading timing. */
export async function readSession(ref: SessionRef, options: ReadSessionOptions): Promise<RawSession> {
  const { session } = await readFolder(ref.location, {
    log: options.log,
    signal: options.signal,
    onProgress: options.onProgress,
    identityHint: hintFor(ref.location, options.name),
    carAlias: options.carAlias,
  });
  return session;
}
