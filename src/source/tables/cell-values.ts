/** Number of a cell; NaN where it holds none. */
export function numberOf(cell: unknown): number {
  if (typeof cell === 'number') return cell;
  if (typeof cell === 'bigint') return Number(cell);
  if (typeof cell === 'boolean') return cell ? 1 : 0;
  if (typeof cell !== 'string' || cell.trim() === '') return Number.NaN;
  const text = cell.trim();
  if (text === 'True' || text === 'true') return 1;
  return text === 'False' || text === 'false' ? 0 : Number(text);
}

/** Number of a cell, or null. */
export function numberOrNull(cell: unknown): number | null {
  const value = numberOf(cell);
  return Number.isFinite(value) ? value : null;
}

/** Text of a cell; '' for nothing and for the words of missing values. */
export function textOf(cell: unknown): string {
  if (typeof cell === 'number' || typeof cell === 'bigint') return String(cell);
  if (typeof cell !== 'string') return '';
  return cell === 'nan' || cell === 'None' || cell === 'NaT' ? '' : cell;
}

/** UTC epoch ms of a date cell: a number of ms, or ISO text with or without zone (UTC); null for none. */
export function epochMsOf(cell: unknown): number | null {
  if (typeof cell === 'number') return Math.abs(cell) <= maxEpochMs ? cell : null;
  if (cell instanceof Date) return Number.isNaN(cell.getTime()) ? null : cell.getTime();
  const match = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2})(\.\d+)?(Z|[+-]\d{2}:\d{2})?$/.exec(textOf(cell));
  if (match === null) return null;
  const [, day, time, fraction = '', zone = 'Z'] = match;
  const ms = Date.parse(`${day}T${time}${zone}`);
  return Number.isNaN(ms) ? null : ms + Math.round(Number(`0${fraction || '.0'}`) * 1000);
}

/** No session lasts longer, and no number of seconds beyond it is a time [s]. */
const maxSpanS = 1e7;

function msOfSeconds(seconds: number): number | null {
  return Math.abs(seconds) <= maxSpanS ? Math.round(seconds * 1000) : null;
}

/** Latest instant that a date can name, as in JavaScript's own dates [ms]. */
const maxEpochMs = 8.64e15;

/** Milliseconds of a time cell: seconds, '0 days 01:02:03.450000' as pandas writes them, or whole nanoseconds of Arrow. */
export function spanMsOf(cell: unknown): number | null {
  if (typeof cell === 'bigint') return msOfSeconds(Number(cell) / 1e9);
  if (typeof cell === 'number') return msOfSeconds(cell);
  const text = textOf(cell).trim();
  const match = /^(-?\d+) days? (?:([+-]?)(\d{1,2}):(\d{2}):(\d{2})(\.\d+)?)?$/.exec(text);
  if (match !== null) {
    const [, days = '0', sign = '', hours = '0', minutes = '0', seconds = '0', fraction = '.0'] = match;
    const clock = (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds) + Number(`0${fraction}`);
    return msOfSeconds(Number(days) * 86_400 + (sign === '-' ? -clock : clock));
  }
  return text === '' ? null : msOfSeconds(Number(text));
}

/** True, false, or null for a cell that says neither. */
export function booleanOf(cell: unknown): boolean | null {
  const value = numberOf(cell);
  return Number.isNaN(value) ? null : value !== 0;
}
