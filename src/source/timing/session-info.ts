import type { SessionIdentity } from '../../domain/raw-session.ts';
import { feedObject } from '../../domain/feed-shape.ts';
import { gmtOffsetMinutes, toCount, toFlag, toText, toTextOrNull } from './feed-values.ts';

/** What the folder's name, the index or `--name` say about a session where SessionInfo says nothing. */
export type IdentityHint = Partial<SessionIdentity>;

function localEpochMs(text: string): number | null {
  const local = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?/.exec(text);
  if (local === null) return null;
  const ms = Date.parse(`${local[0]}Z`);
  return Number.isNaN(ms) ? null : ms;
}

/**
 * Identity of a session from its SessionInfo state (null = topic absent or unreadable) and a hint, which fills what
 * SessionInfo leaves open; null when neither names the session. Dates in SessionInfo are track time: UTC = local −
 * offset.
 */
export function identityOf(info: unknown, hint: IdentityHint | null): SessionIdentity | null {
  const session = feedObject(info);
  const meeting = feedObject(session['Meeting']);
  const event = toText(meeting['Name']) || toText(meeting['OfficialName']);
  const name = toText(session['Name']) || toText(session['Type']);
  const path = toTextOrNull(session['Path']);
  const fromInfo = event !== '' || name !== '' || path !== null;
  const fromHint = hint !== null && (hint.event ?? hint.session ?? hint.path ?? '') !== '';
  if (!fromInfo && !fromHint) return null;

  const startText = toText(session['StartDate']);
  const offset = gmtOffsetMinutes(session['GmtOffset']);
  const local = localEpochMs(startText);
  const yearText = /^\d{4}/.exec(startText)?.[0] ?? /^\d{4}/.exec(path ?? '')?.[0];
  return {
    key: toCount(session['Key']) ?? hint?.key ?? null,
    year: yearText === undefined ? (hint?.year ?? null) : Number(yearText),
    event: event || (hint?.event ?? ''),
    session: name || (hint?.session ?? ''),
    circuit: toText(feedObject(meeting['Circuit'])['ShortName']) || (hint?.circuit ?? ''),
    country: toText(feedObject(meeting['Country'])['Name']) || (hint?.country ?? ''),
    gmtOffsetMinutes: offset ?? hint?.gmtOffsetMinutes ?? null,
    startEpochMs: local === null || offset === null ? (hint?.startEpochMs ?? null) : local - offset * 60_000,
    path: path ?? hint?.path ?? null,
    origin: fromInfo ? 'SessionInfo' : (hint?.origin ?? 'path'),
    simulated: toFlag(session['Simulated']) ?? hint?.simulated ?? false,
  };
}

/** True for sessions run as a race: positions by lap end, lap 1 starts with the session. Decided by year and name. */
export function isRaceLike(identity: SessionIdentity | null): boolean | null {
  const name = identity?.session.toLowerCase() ?? '';
  if (name === '') return null;
  if (name === 'race' || name === 'sprint' || name === 'sprint race') return true;
  // A race on Saturday in 2021, a qualifying from 2024.
  return name === 'sprint qualifying' && identity?.year !== null && (identity?.year ?? 0) <= 2022;
}
