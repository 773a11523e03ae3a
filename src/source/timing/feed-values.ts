/** Text of a feed value: trimmed string, number as written; '' for anything else. */
export function toText(value: unknown): string {
  if (typeof value === 'string') return value.trim();
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : '';
}

/** Text, or null where the feed has none. */
export function toTextOrNull(value: unknown): string | null {
  return toText(value) || null;
}

/** Finite number of a number or numeric text; null for anything else (the feed sends most numbers as text). */
export function toNumber(value: unknown): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value !== 'string' || value.trim() === '') return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}

/** Whole number ≥ 0, or null. */
export function toCount(value: unknown): number | null {
  const number = toNumber(value);
  return number !== null && Number.isInteger(number) && number >= 0 ? number : null;
}

/** True for true, 1, "1" and "true"; false for false, 0, "0" and "false"; null for anything else. */
export function toFlag(value: unknown): boolean | null {
  if (typeof value === 'boolean') return value;
  const text = toText(value).toLowerCase();
  if (text === '1' || text === 'true') return true;
  return text === '0' || text === 'false' ? false : null;
}

const spanPattern = /^(?:(?:(\d+):)?(\d+):)?(\d+)(?:[.,](\d+))?$/;

/** Milliseconds of `[h:]m:]s[.frac]`, rounded to whole ms; null for '' and for what is not a time. */
export function spanToMs(value: unknown): number | null {
  const match = spanPattern.exec(toText(value));
  if (match === null) return null;
  const [, hours = '0', minutes = '0', seconds = '0', fraction = ''] = match;
  const micros = Number(fraction.padEnd(6, '0').slice(0, 6));
  return (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000 + Math.round(micros / 1000);
}

/** Minutes east of UTC of a `GmtOffset` ('02:00:00', '-05:30:00', '+09:00'): the sign holds for the whole value. */
export function gmtOffsetMinutes(value: unknown): number | null {
  const match = /^([+-]?)(\d{1,2}):(\d{2})(?::\d{2})?$/.exec(toText(value));
  if (match === null) return null;
  const minutes = Number(match[2]) * 60 + Number(match[3]);
  return match[1] === '-' && minutes !== 0 ? -minutes : minutes;
}
