const pattern = /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(?:Z|\+00:00)?$/;

/** Midnight UTC of a civil date in epoch ms; NaN when the date does not exist. */
export function dayEpochMs(year: number, month: number, day: number): number {
  const ms = Date.UTC(year, month - 1, day);
  const date = new Date(ms);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? ms : Number.NaN;
}

/**
 * Epoch microseconds of a UTC text of the feed with 0–9 fraction digits; digits beyond the sixth are cut, not rounded
 * (FastF1's rule). NaN when it is none. Exact: below 2^53 until the year 2255.
 */
export function epochUsFromText(text: string): number {
  const match = pattern.exec(text);
  if (match === null) return Number.NaN;
  const hours = Number(match[4]);
  const minutes = Number(match[5]);
  const seconds = Number(match[6]);
  if (hours > 23 || minutes > 59 || seconds > 59) return Number.NaN;
  const micros = Number((match[7] ?? '').padEnd(6, '0').slice(0, 6));
  const midnight = dayEpochMs(Number(match[1]), Number(match[2]), Number(match[3]));
  return midnight * 1000 + ((hours * 60 + minutes) * 60 + seconds) * 1_000_000 + micros;
}

/** Whole milliseconds nearest to epoch microseconds, halves to even as pandas rounds dates. */
export function epochMsFromUs(epochUs: number): number {
  const ms = Math.floor(epochUs / 1000);
  const rest = epochUs - ms * 1000;
  if (rest > 500) return ms + 1;
  if (rest < 500) return ms;
  return ms % 2 === 0 ? ms : ms + 1;
}
