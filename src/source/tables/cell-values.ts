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
  if (typeof cell === 'number') return Number.isFinite(cell) ? cell : null;
  if (cell instanceof Date) return cell.getTime();
  const match = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2})(\.\d+)?(Z|[+-]\d{2}:\d{2})?$/.exec(textOf(cell));
  if (match === null) return null;
  const [, day, time, fraction = '', zone = 'Z'] = match;
  const ms = Date.parse(`${day}T${time}${zone}`);
  return Number.isNaN(ms) ? null : ms + Math.round(Number(`0${fraction || '.0'}`) * 1000);
}

/** Milliseconds of a time cell: seconds, '0 days 01:02:03.450000' as pandas writes them, or whole nanoseconds of Arrow. */
export function spanMsOf(cell: unknown): number | null {
  if (typeof cell === 'bigint') return Math.round(Number(cell) / 1e6);
  if (typeof cell === 'number') return Number.isFinite(cell) ? Math.round(cell * 1000) : null;
  const text = textOf(cell).trim();
  const match = /^(-?\d+) days? (?:([+-]?)(\d{1,2}):(\d{2}):(\d{2})(\.\d+)?)?$/.exec(text);
  if (match !== null) {
    const [, days = '0', sign = '', hours = '0', minutes = '0', seconds = '0', fraction = '.0'] = match;
    const clock = (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds) + Number(`0${fraction}`);
    return Math.round((Number(days) * 86_400 + (sign === '-' ? -clock : clock)) * 1000);
  }
  const value = text === '' ? Number.NaN : Number(text);
  return Number.isFinite(value) ? Math.round(value * 1000) : null;
}

/** True, false, or null for a cell that says neither. */
export function booleanOf(cell: unknown): boolean | null {
  const value = numberOf(cell);
  return Number.isNaN(value) ? null : value !== 0;
}
