import type { Config } from '../config/schema.ts';
import { F1Error } from '../domain/errors.ts';
import type { Log } from '../domain/log.ts';
import { folderRef, isFolder } from './folder-ref.ts';
import type { SessionRef } from './session-ref.ts';

export interface ResolveOptions {
  readonly config: Config;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** Finds the session that a text names. */
export async function resolveSession(spec: string | undefined, options: ResolveOptions): Promise<SessionRef> {
  const { race } = options.config;
  const wanted = spec ?? `${race.year}/${race.grand_prix}/${race.session}`;
  if (wanted.startsWith('file:') || (await isFolder(wanted))) return folderRef(wanted, wanted);
  throw new F1Error('F1_SOURCE_NOT_FOUND', `Cannot find the session ${wanted}`, {
    hint: 'Name a folder',
    exitCode: 2,
  });
}
