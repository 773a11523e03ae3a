import { join } from 'node:path';
import { F1Error } from '../../domain/errors.ts';
import { ArchiveClient } from '../archive/archive-client.ts';
import { archiveCache } from '../archive/cache-folder.ts';
import { fingerprintOfCopy } from '../archive/manifest.ts';
import { checkCopy } from './check-copy.ts';
import { identityFromFolder } from '../identity/identity.ts';
import { checkOptions, createArchiveClient, type ResolveOptions } from './resolve-options.ts';
import { cacheKeyOf, shortHash, type SessionRef } from '../session-ref.ts';

function decodedSegments(pathname: string): string[] {
  return pathname
    .split('/')
    .filter((part) => part !== '')
    .map((part) => {
      try {
        return decodeURIComponent(part);
      } catch {
        return part;
      }
    });
}

/**
 * Reference to a session by URL: its folder, or a file in it. A URL of the configured archive shares its place in the
 * cache with `YEAR/EVENT/SESSION`; any other gets one of its own.
 */
export async function urlRef(spec: string, options: ResolveOptions): Promise<SessionRef> {
  let url: URL;
  try {
    url = new URL(spec);
  } catch (error) {
    throw new F1Error('F1_SOURCE_NOT_FOUND', `Cannot read the URL ${spec}`, {
      hint: 'Example: https://livetiming.formula1.com/static/2023/2023-05-28_Monaco_Grand_Prix/2023-05-28_Race/',
      exitCode: 2,
      cause: error,
    });
  }
  const folderPath = /\.(json|jsonStream)$/.test(url.pathname)
    ? url.pathname.replace(/[^/]*$/, '')
    : url.pathname;
  const path = folderPath.endsWith('/') ? folderPath : `${folderPath}/`;
  const segments = decodedSegments(path);
  const inArchive =
    /^\/static\/\d{4}\/[^/]+\/[^/]+\/$/.test(path) &&
    segments.length === 4 &&
    !segments.some((part) => part.includes('/') || part.includes('\\'));
  const archiveOrigin = new URL(options.config.source.archive_url).origin;
  const isConfigured = inArchive && url.origin === archiveOrigin;
  const archivePath = inArchive ? `${segments.slice(1).join('/').normalize('NFC')}/` : null;
  const root = archiveCache(options.config);
  const folder = isConfigured
    ? join(root, ...segments.slice(1).map((part) => part.normalize('NFC')))
    : join(
        root,
        'urls',
        `${url.host.replaceAll(/[^A-Za-z0-9.-]/g, '_')}-${shortHash(`${url.origin}${path}`)}`,
      );
  const retry = options.retry === undefined ? {} : { retry: options.retry };
  const client = isConfigured
    ? createArchiveClient(options)
    : new ArchiveClient({
        bases: [url.origin],
        log: options.log,
        signal: options.signal,
        mirrorTimeoutMs: options.config.source.probe_timeout_ms,
        ...retry,
      });
  const identity = identityFromFolder(segments.join('/'));
  const archive = { client, path, folder, endEpochMs: null, nowEpochMs: options.nowEpochMs ?? Date.now };
  await checkCopy(archive, checkOptions(options));
  return {
    kind: 'archive',
    spec,
    title:
      identity === null
        ? `${url.host}/${segments.join('/')}`
        : `${identity.year ?? ''} ${identity.event}, ${identity.session}`.trim(),
    cacheKey:
      isConfigured && archivePath !== null
        ? cacheKeyOf(archivePath, archivePath)
        : cacheKeyOf(`${url.host}${path}`, `${url.origin}${path}`),
    location: `${url.origin}${path}`,
    archivePath,
    fingerprint: () => fingerprintOfCopy(folder),
    archive,
  };
}
