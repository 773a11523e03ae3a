import { isObject } from '../decode/feed-columns.ts';
import { eventPlaces } from './event-places.ts';
import type { EventNames } from './match-event.ts';

/** A session of a weekend as the season index (or a folder's name) gives it. */
export interface SeasonSession {
  readonly name: string;
  /** As written in the index, not checked yet; null for sessions that are not in the archive (yet). */
  readonly path: string | null;
  /** Date at the track, 'YYYY-MM-DD'; null when unknown. */
  readonly localDate: string | null;
  /** Planned start and end, UTC epoch ms; null when unknown. */
  readonly startEpochMs: number | null;
  readonly endEpochMs: number | null;
}

/** A race weekend or test. */
export interface Meeting extends EventNames {
  readonly sessions: readonly SeasonSession[];
}

/** One season of the archive, in its order. */
export interface Season {
  readonly year: number;
  readonly meetings: readonly Meeting[];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value.trim() : '';
}

function inner(value: unknown, key: string): string {
  return isObject(value) ? text(value[key]) : '';
}

function list(value: unknown): unknown[] {
  if (Array.isArray(value)) return value as unknown[];
  return isObject(value) ? Object.values(value) : [];
}

/** UTC of a track-local ISO text and an offset `hh:mm:ss`, whose sign counts for the whole of it; null when unreadable. */
export function utcOfLocal(local: string, offset: string): number | null {
  const match = /^([+-]?)(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(offset);
  const ms = Date.parse(/[zZ]$/.test(local) ? local : `${local}Z`);
  if (match === null || Number.isNaN(ms)) return null;
  const seconds = (Number(match[2]) * 60 + Number(match[3])) * 60 + Number(match[4] ?? 0);
  return ms - (match[1] === '-' ? -1 : 1) * seconds * 1000;
}

function seasonSession(value: unknown): SeasonSession | null {
  if (!isObject(value)) return null;
  const name = text(value['Name']);
  // Placeholders of sessions of other series have neither name nor path.
  if (name === '') return null;
  const offset = text(value['GmtOffset']);
  return {
    name,
    path: text(value['Path']) || null,
    localDate: /^\d{4}-\d{2}-\d{2}/.exec(text(value['StartDate']))?.[0] ?? null,
    startEpochMs: utcOfLocal(text(value['StartDate']), offset),
    endEpochMs: utcOfLocal(text(value['EndDate']), offset),
  };
}

/** Reads a parsed season `Index.json`; null when it is none. */
export function seasonFromIndex(value: unknown): Season | null {
  if (!isObject(value) || typeof value['Year'] !== 'number') return null;
  const meetings = list(value['Meetings'])
    .filter(isObject)
    .map((meeting): Meeting => {
      const name = text(meeting['Name']);
      return {
        name,
        officialName: text(meeting['OfficialName']),
        location: text(meeting['Location']),
        country: inner(meeting['Country'], 'Name'),
        circuit: inner(meeting['Circuit'], 'ShortName'),
        isTesting: /\btest(ing)?\b/i.test(name),
        sessions: list(meeting['Sessions'])
          .map(seasonSession)
          .filter((session) => session !== null),
      };
    });
  return { year: value['Year'], meetings };
}

const datedFolder = /^\d{4}-\d{2}-\d{2}_(.+)$/;

/** Season made of the folders of a copy of the archive: `folders` are 'DATE_Event/DATE_Session'. */
export function seasonFromFolders(year: number, folders: readonly string[]): Season {
  const meetings = new Map<string, SeasonSession[]>();
  for (const folder of [...folders].sort()) {
    const [event = '', session = ''] = folder.split('/');
    const name = datedFolder.exec(session)?.[1];
    if (name === undefined || !datedFolder.test(event)) continue;
    const sessions = meetings.get(event) ?? [];
    sessions.push({
      name: name.replaceAll('_', ' '),
      path: `${year}/${folder}/`,
      localDate: session.slice(0, 10),
      startEpochMs: null,
      endEpochMs: null,
    });
    meetings.set(event, sessions);
  }
  return {
    year,
    meetings: [...meetings].map(([event, sessions]): Meeting => {
      const name = (datedFolder.exec(event)?.[1] ?? event).replaceAll('_', ' ').normalize('NFC');
      const isTesting = /\btest(ing)?\b/i.test(name);
      const places = Object.hasOwn(eventPlaces, name) ? eventPlaces[name] : undefined;
      const [country, location, circuit] = isTesting || places === undefined ? ['', '', ''] : places;
      return { name, officialName: '', location, country, circuit, isTesting, sessions };
    }),
  };
}
