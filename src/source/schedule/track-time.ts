import { utcOfLocal } from '../archive/season.ts';

/** Start of a session from the text of its track time and its offset ('+02:00', '-05:00:00'; '' counts as UTC). */
export function trackTime(
  local: unknown,
  offset: unknown,
): { readonly localStart: string | null; readonly startEpochMs: number | null } {
  const unknown = { localStart: null, startEpochMs: null };
  if (typeof local !== 'string') return unknown;
  const text = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}/.exec(local)?.[0];
  const zone = typeof offset === 'string' && offset !== '' ? offset : '00:00';
  const startEpochMs = text === undefined ? null : utcOfLocal(text, zone);
  if (text === undefined || startEpochMs === null) return unknown;
  const [, sign = '+', hours = '00', minutes = '00'] = /^([+-]?)(\d{1,2}):(\d{2})/.exec(zone) ?? [];
  const suffix = `${sign === '-' ? '-' : '+'}${hours.padStart(2, '0')}:${minutes}`;
  return { localStart: `${text}${suffix}`, startEpochMs };
}
