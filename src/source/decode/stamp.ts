const daysPattern = /^(?:(\d{1,3})\.)?(\d{1,4}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?$/;

/**
 * Milliseconds of a stream stamp `HH:MM:SS.mmm`; NaN when it is none. Hours pass 24 either as `25:…` or as `1.01:…`
 * (days); fraction digits beyond the sixth are cut, as FastF1 does (fastf1/internals/parsing_helpers.py).
 */
export function stampMsFromText(text: string): number {
  const match = daysPattern.exec(text);
  if (match === null) return Number.NaN;
  const minutes = Number(match[3]);
  const seconds = Number(match[4]);
  if (minutes > 59 || seconds > 59) return Number.NaN;
  const hours = Number(match[1] ?? 0) * 24 + Number(match[2]);
  const micros = Number((match[5] ?? '').padEnd(6, '0').slice(0, 6));
  return ((hours * 60 + minutes) * 60 + seconds) * 1000 + micros / 1000;
}

/** Length of the stamp that a line starts with: everything before the first byte that is no digit, colon or point. O(stamp). */
export function stampLength(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end) {
    const byte = bytes[at]!;
    if ((byte < 48 || byte > 58) && byte !== 46) break;
    at++;
  }
  return at - start;
}

const digit = (bytes: Uint8Array, at: number): number => bytes[at]! - 48;

/** `stampMsFromText` on bytes: the canonical twelve without allocating, any other length as text. NaN when it is no stamp. */
export function stampMsFromBytes(bytes: Uint8Array, start: number, length: number): number {
  const isCanonical =
    length === 12 && bytes[start + 2] === 58 && bytes[start + 5] === 58 && bytes[start + 8] === 46;
  if (!isCanonical)
    return stampMsFromText(new TextDecoder('latin1').decode(bytes.subarray(start, start + length)));
  for (let at = start; at < start + 12; at++) {
    const value = digit(bytes, at);
    if ((value < 0 || value > 9) && at !== start + 2 && at !== start + 5 && at !== start + 8)
      return Number.NaN;
  }
  const hours = digit(bytes, start) * 10 + digit(bytes, start + 1);
  const minutes = digit(bytes, start + 3) * 10 + digit(bytes, start + 4);
  const seconds = digit(bytes, start + 6) * 10 + digit(bytes, start + 7);
  if (minutes > 59 || seconds > 59) return Number.NaN;
  const ms = digit(bytes, start + 9) * 100 + digit(bytes, start + 10) * 10 + digit(bytes, start + 11);
  return ((hours * 60 + minutes) * 60 + seconds) * 1000 + ms;
}

/** Stamp of a stream line, `HH:MM:SS.mmm`. */
export function stampText(ms: number): string {
  const whole = Math.round(ms);
  const pad = (value: number, width = 2): string => String(value).padStart(width, '0');
  return `${pad(Math.floor(whole / 3_600_000))}:${pad(Math.floor(whole / 60_000) % 60)}:${pad(Math.floor(whole / 1000) % 60)}.${pad(whole % 1000, 3)}`;
}
