import { sep } from 'node:path';
import type { SessionIdentity } from '../../domain/raw-session.ts';
import { sessionNameOf } from './session-name.ts';

const datedFolder = /^(\d{4})-(\d{2})-(\d{2})_(.+)$/;

function identity(
  origin: 'path' | 'name',
  fields: { year: number | null; event: string; session: string; path?: string },
): SessionIdentity {
  return {
    key: null,
    circuit: '',
    country: '',
    gmtOffsetMinutes: null,
    startEpochMs: null,
    simulated: false,
    year: fields.year,
    event: fields.event,
    session: fields.session,
    path: fields.path ?? null,
    origin,
  };
}

function titleOf(words: string): string {
  return words
    .split(/[\s_-]+/)
    .filter((word) => word !== '')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(' ');
}

/** Year, event and session of a text like `2023_qatar_race` or `2023 Abu Dhabi FP1`; null when it is not so built. */
function identityFromWords(text: string, origin: 'path' | 'name'): SessionIdentity | null {
  const match = /^(\d{4})[\s_/-]+(.+)$/.exec(text.trim());
  if (match === null) return null;
  const words = match[2]!.split(/[\s_/-]+/).filter((word) => word !== '');
  // The longest tail that is a session name: `sprint shootout` before `shootout`.
  for (let at = Math.max(1, words.length - 2); at < words.length; at++) {
    const session = sessionNameOf(words.slice(at).join(' '));
    if (session === null) continue;
    return identity(origin, {
      year: Number(match[1]),
      event: titleOf(words.slice(0, at).join(' ')),
      session,
    });
  }
  return null;
}

/**
 * Identity that a folder's place says: the archive's own layout (`YEAR/DATE_Event/DATE_Session`), or a name like
 * `2023_qatar_race` of the folder or, for a folder named `raw`, of the one around it. Null when it says nothing.
 */
export function identityFromFolder(folder: string): SessionIdentity | null {
  const segments = folder
    .normalize('NFC')
    .split(sep === '\\' ? /[\\/]/ : '/')
    .filter((part) => part !== '');
  if (segments.at(-1)?.toLowerCase() === 'raw') segments.pop();
  const last = segments.at(-1) ?? '';
  const dated = datedFolder.exec(last);
  if (dated === null) return identityFromWords(last, 'path');
  const session = dated[4]!.replaceAll('_', ' ');
  const event = segments.at(-2) ?? '';
  const datedEvent = datedFolder.exec(event);
  if (datedEvent === null)
    return identity('path', { year: Number(dated[1]), event: titleOf(event), session });
  return identity('path', {
    year: Number(datedEvent[1]),
    event: datedEvent[4]!.replaceAll('_', ' '),
    session,
    path: `${datedEvent[1]}/${event}/${last}/`,
  });
}

/** Identity from the text of `--name`: `2023 Qatar Race` is taken apart, anything else is the event's name. */
export function identityFromName(name: string): SessionIdentity {
  const plain = name.trim();
  return identityFromWords(plain, 'name') ?? identity('name', { year: null, event: plain, session: '' });
}
