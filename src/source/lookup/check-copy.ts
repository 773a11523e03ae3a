import { join } from 'node:path';
import type { Log } from '../../domain/log.ts';
import { isComplete, readManifest, writeManifest } from '../archive/manifest.ts';
import { NetworkError } from '../archive/request.ts';
import type { ArchiveSource } from '../session-ref.ts';

export interface CheckOptions {
  readonly log: Log;
  readonly timeoutMs: number;
  /** Asks only whether there is a copy. */
  readonly trustCache?: boolean | undefined;
}

/**
 * Compares a cached session with the archive by one conditional request for its largest file. A changed one is marked
 * so that the next reading fetches it; an archive that cannot be reached is one warning. False when there is no copy.
 */
export async function checkCopy(source: ArchiveSource, options: CheckOptions): Promise<boolean> {
  const { log } = options;
  const manifest = await readManifest(source.folder);
  if (manifest === null) return false;
  const [largest] = Object.entries(manifest.files).sort(([, a], [, b]) => b.bytes - a.bytes);
  if (largest === undefined) return false;
  if (options.trustCache === true) return true;
  const [name, file] = largest;
  try {
    if (await source.client.isChanged(`${source.path}${encodeURIComponent(name)}`, file, options.timeoutMs)) {
      log.info(`The archive has a newer ${name} than the cache (${join(source.folder, name)})`);
      await writeManifest(source.folder, { ...manifest, isSettled: false });
    }
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    const state = (await isComplete(source.folder, manifest)) ? 'copy' : 'incomplete copy';
    log.warn(`The timing archive cannot be reached: the ${state} in the cache is used (${error.message})`);
  }
  return true;
}
