import { commonLength, type EventNames } from './match-event.ts';

/** What FastF1's search gives: an event, or why it raises. */
export type FuzzyMatch<Event extends EventNames> =
  | { readonly event: Event; readonly isExact: boolean }
  | { readonly event: null; readonly reason: string };

const minRatio = 50;
const minLead = 1.1;
const minLetters = 4;

/**
 * Finds an event exactly as FastF1 3.9.0's `get_event(year, name)` does, guesses included: the only event with a field that
 * holds the query, else the best indel ratio of at least 50 with a lead of a tenth. Tests are never found. O(events × letters²).
 */
export function fuzzyEvent<Event extends EventNames>(
  query: string,
  events: readonly Event[],
  year: number,
): FuzzyMatch<Event> {
  const plain = withoutCommonWords(query, year);
  if (plain.length < minLetters)
    return { event: null, reason: `"${plain}" is too short: at least ${minLetters} letters must be left` };
  const races = events.filter(({ isTesting }) => !isTesting);
  const wanted = withoutSpaces(plain);
  const features = races.map((event) => featuresOf(event, year));
  const holding = features.flatMap((own, index) =>
    own.some((text) => text.includes(wanted)) ? [index] : [],
  );
  if (holding.length === 1) return { event: races[holding[0]!]!, isExact: true };
  const candidates = holding.length > 0 ? holding : races.map((_, index) => index);
  const ratios = features.map((own) => own.map(() => 0));
  for (const index of candidates) ratios[index] = features[index]!.map((text) => indelRatio(text, wanted));
  const best = Math.max(0, ...ratios.flat());
  const rowBest = (): number[] => ratios.map((own) => Math.max(0, ...own));
  let rows = rowBest();
  if (rows.filter((ratio) => ratio === best).length > 1) {
    forgetShared(features, ratios, best);
    rows = rowBest();
  }
  if (best < minRatio) return { event: null, reason: 'no event is like it' };
  const second = [...rows].sort((a, b) => b - a)[1] ?? 0;
  if (best / second < minLead) return { event: null, reason: 'several events are as like it' };
  return { event: races[rows.indexOf(Math.max(...rows))]!, isExact: false };
}

/** Sets ratios that equal the best to 0 where their text stands more than once in the table. */
function forgetShared(features: readonly (readonly string[])[], ratios: number[][], best: number): void {
  const counts = new Map<string, number>();
  for (const text of features.flat()) counts.set(text, (counts.get(text) ?? 0) + 1);
  for (const [row, own] of ratios.entries())
    for (const [column, ratio] of own.entries())
      if (ratio === best && counts.get(features[row]![column]!)! > 1) own[column] = 0;
}

/** rapidfuzz's `ratio` cut to an integer, in its order of floating-point operations. */
export function indelRatio(a: string, b: string): number {
  const length = a.length + b.length;
  if (length === 0) return 100;
  const distance = length - 2 * commonLength(a, b);
  return Math.trunc((1 - distance / length) * 100);
}

function featuresOf(event: EventNames, year: number): string[] {
  const { location, country, name, officialName } = event;
  return [
    folded(location),
    folded(country),
    withoutCommonWords(name, year),
    withoutCommonWords(officialName, year),
  ]
    .filter((text, index) => [location, country, name, officialName][index] !== '')
    .map(withoutSpaces);
}

function folded(text: string): string {
  return text.toLowerCase().replaceAll('ß', 'ss');
}

function withoutSpaces(text: string): string {
  return text.replaceAll(' ', '');
}

function withoutCommonWords(text: string, year: number): string {
  let rest = folded(text);
  for (const word of ['formula 1', 'formula1', String(year), 'grand prix', 'gp'])
    rest = rest.replaceAll(word, '');
  return rest.trim().replaceAll(/ {2,}/g, ' ');
}
