/** One value of a table; times are numbers in the unit of the request, `undefined` is written as null. */
export type Cell = string | number | boolean | null | undefined;

/** Something a reader of an answer should know. */
export interface Notice {
  readonly severity: 'info' | 'warning';
  readonly text: string;
}

/** Rows of one answer; the first column is `t`. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  readonly notices?: readonly Notice[];
  /** Columns that hold the reason of `notice=row`: `driver` when absent, the first one where that is none. */
  readonly reasonColumn?: string | readonly string[];
}

/** Text of a lap time as F1 writes it, `1:21.954`; null of null. */
export function lapTimeText(seconds: number | null): string | null {
  if (seconds === null) return null;
  const ms = Math.round(seconds * 1000);
  const rest = `${String(Math.floor((ms % 60_000) / 1000)).padStart(2, '0')}.${String(ms % 1000).padStart(3, '0')}`;
  return ms < 60_000 ? rest.replace(/^0(?=\d)/u, '') : `${Math.floor(ms / 60_000)}:${rest}`;
}

/** A number rounded to decimal places; null stays null. */
export function rounded(value: number | null | undefined, decimals: number): number | null {
  if (value === null || value === undefined || !Number.isFinite(value)) return null;
  const scale = 10 ** decimals;
  return Math.round(value * scale) / scale;
}

/** Ratio of two counts to four decimals; null of none. */
export function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : rounded(part / whole, 4);
}

/** CSS of a cell in a team's colour with text that can be read on it, as JSON: what Grafana's table styles cells with. */
export function teamStyle(teamColour: string): string | null {
  const hex = /^#?([0-9a-f]{6})$/iu.exec(teamColour)?.[1];
  if (hex === undefined) return null;
  const [red = 0, green = 0, blue = 0] = [0, 2, 4].map(
    (at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255,
  );
  const linear = (channel: number): number =>
    channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  // Relative luminance of WCAG 2: above 0.179 black has the higher contrast.
  const luminance = 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
  return JSON.stringify({
    backgroundColor: `#${hex.toLowerCase()}`,
    color: luminance > 0.179 ? '#000000' : '#ffffff',
  });
}

/** Number of a compound for value mappings: 1 SOFT … 5 WET, 6 any other; null of none. */
export function compoundCode(compound: string | null): number | null {
  if (compound === null || compound === '') return null;
  const place = ['SOFT', 'MEDIUM', 'HARD', 'INTERMEDIATE', 'WET'].indexOf(compound.toUpperCase());
  return place < 0 ? 6 : place + 1;
}

/** Names written as one text: `words('t driver gap')`. */
export function words(text: string): string[] {
  return text.split(' ');
}
