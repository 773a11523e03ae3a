import { createHash } from 'node:crypto';
import type { ArchiveClient } from './archive/archive-client.ts';

/** How `readSession` gets a session of the archive; of no use outside this stage. */
export interface ArchiveSource {
  readonly client: ArchiveClient;
  /** Folder of the session below the client's bases, encoded, with slashes at both ends. */
  readonly path: string;
  /** Where its copy is, or will be. */
  readonly folder: string;
  /** Planned end, UTC epoch ms; null when unknown. */
  readonly endEpochMs: number | null;
  readonly nowEpochMs: () => number;
}

/** A session that was found: where it is and what tells one state of it from another. */
export interface SessionRef {
  readonly kind: 'folder' | 'archive' | 'recording' | 'tables';
  /** What the user wrote, or `YEAR/EVENT/SESSION` of the configured race. */
  readonly spec: string;
  /** For people: '2023 Monaco Grand Prix, Race', or the folder's name. */
  readonly title: string;
  /** Name for cache files: safe on every file system, one per session. */
  readonly cacheKey: string;
  /** Absolute folder, or URL of the session in the archive. */
  readonly location: string;
  /** Folder inside the archive, 'YEAR/EVENT/SESSION/'; null outside of it. */
  readonly archivePath: string | null;
  /**
   * Changes when the inputs change: names, sizes and times of the files; for the archive names, sizes and ETags of the
   * copy in the cache, 'absent' before the first download (ask again after `readSession`) and while it is incomplete.
   */
  fingerprint(): Promise<string>;
  /** Null for folders. */
  readonly archive: ArchiveSource | null;
}

/** First 16 hexadecimal digits of the SHA-256 of a text. */
export function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/**
 * File-system-safe key of a place: words to recognise it by and, because those are not unique, a hash of the place.
 */
export function cacheKeyOf(title: string, place: string): string {
  const words = title
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^A-Za-z0-9]+/g, '_')
    .slice(0, 80)
    .replaceAll(/^_+|_+$/g, '');
  return `${words || 'session'}-${shortHash(place.normalize('NFC'))}`;
}
