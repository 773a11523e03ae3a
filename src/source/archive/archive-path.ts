import { F1Error } from '../../domain/errors.ts';

/** The archive's folders: `YEAR/DATE_Event/DATE_Session/`. */
const sessionPath = /^(\d{4})\/([^/]+)\/([^/]+)$/;

/** Why a session's path of an index must not be followed, or null when it may. `year` is the index's own. */
export function refusalOfPath(path: string, year: number): string | null {
  if (/^[a-z][a-z0-9+.-]*:/i.test(path)) return 'it has a scheme';
  if (path.startsWith('/') || path.startsWith('\\')) return 'it starts at the root';
  if (path.includes('\\')) return 'it has a backslash';
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\u0000-\u001f\u007f?#]/.test(path)) return 'it has characters that no folder of the archive has';
  const segments = path.replace(/\/$/, '').split('/');
  if (segments.some((segment) => segment === '..' || segment === '.')) return 'it leads out of its folder';
  const match = sessionPath.exec(segments.join('/'));
  if (match === null) return 'it is not built as YEAR/EVENT/SESSION';
  return match[1] === String(year) ? null : `it belongs to the year ${match[1]}, not ${year}`;
}

/** The path with one trailing slash, in NFC. Throws `F1_SOURCE_PATH_REFUSED` for paths that lead elsewhere. */
export function checkedPath(path: string, year: number, title: string): string {
  const refusal = refusalOfPath(path, year);
  if (refusal !== null) {
    throw new F1Error(
      'F1_SOURCE_PATH_REFUSED',
      `Cannot follow the path of ${title} in the season index as ${refusal}: ${path}`,
      {
        hint: 'The index is wrong there; name a folder or a URL instead',
        exitCode: 2,
      },
    );
  }
  return `${path.replace(/\/$/, '').normalize('NFC')}/`;
}

/** URL of a file of the archive, every segment percent-encoded as UTF-8. */
export function archiveUrl(base: string, path: string): string {
  const encoded = path.split('/').map(encodeURIComponent).join('/');
  return `${base.replace(/\/+$/, '')}/static/${encoded}`;
}

/** Sessions whose folder is not the one the dates and names give. */
const pathExceptions: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  // Qualifying of São Paulo 2024 was put off by a day, its folder was not.
  [/2024-11-03_Qualifying\/$/, '2024-11-02_Qualifying/'],
  [/(2025-02-2[678]|2026-02-1[123]|2026-02-1[89]|2026-02-20)_Practice_(\d)\/$/, '$1_Day_$2/'],
];

/**
 * Folder of a session as FastF1 builds it: dates `YYYY-MM-DD`, the event's is that of its last session, the session's
 * is track-local (fastf1/_api.py, make_path).
 */
export function makeArchivePath(
  event: string,
  eventDate: string,
  session: string,
  sessionDate: string,
): string {
  const path = `${eventDate.slice(0, 4)}/${eventDate} ${event}/${sessionDate} ${session}/`.replaceAll(
    ' ',
    '_',
  );
  return pathExceptions.reduce((made, [pattern, replacement]) => made.replace(pattern, replacement), path);
}
