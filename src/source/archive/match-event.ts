import { comparableName } from '../identity/session-name.ts';

/** What an event is found by. */
export interface EventNames {
  readonly name: string;
  readonly officialName: string;
  readonly location: string;
  readonly country: string;
  readonly circuit: string;
  /** Found only when the text says "test". */
  readonly isTesting: boolean;
}

/** Result of a search: one meeting, or the nearest names when none or several fit. */
export type EventMatch<Event extends EventNames> =
  | { readonly meeting: Event; readonly isExact: boolean }
  | { readonly meeting: null; readonly nearest: readonly string[]; readonly isAmbiguous: boolean };

/** Words that say nothing about which event is meant. */
const noise = /formula ?1|grand prix|gran premio|\bgp\b/g;

/** Below this likeness [%] a name is not accepted. */
const minLikeness = 70;
/** The best must be this much better than the second. */
const minLead = 1.1;

function plainName(text: string, year: number): string {
  const lower = text
    .toLowerCase()
    .replaceAll('_', ' ')
    .replace(/^\d{4}-\d{2}-\d{2} /, '');
  return comparableName(lower.replaceAll(noise, ' ').replaceAll(String(year), ' '));
}

/** Length of the longest common subsequence of two texts. O(a·b). */
export function commonLength(a: string, b: string): number {
  let previous = new Uint16Array(b.length + 1);
  for (let i = 1; i <= a.length; i++) {
    const current = new Uint16Array(b.length + 1);
    for (let j = 1; j <= b.length; j++)
      current[j] = a[i - 1] === b[j - 1] ? previous[j - 1]! + 1 : Math.max(previous[j]!, current[j - 1]!);
    previous = current;
  }
  return previous[b.length]!;
}

/** Likeness of two texts in percent, as rapidfuzz's `ratio`: normalised indel similarity, cut to an integer. */
export function likenessPct(a: string, b: string): number {
  const length = a.length + b.length;
  return length === 0 ? 0 : Math.floor((200 * commonLength(a, b)) / length);
}

function featuresOf(meeting: EventNames, year: number): string[] {
  return [meeting.name, meeting.location, meeting.country, meeting.circuit, meeting.officialName]
    .map((text) => plainName(text, year))
    .filter((text) => text !== '');
}

/** Words of a meeting's fields, each as names are compared: 'Spa-Francorchamps' has 'spa'. */
function wordsOf(meeting: EventNames): Set<string> {
  const texts = [meeting.name, meeting.location, meeting.country, meeting.circuit, meeting.officialName];
  return new Set(texts.flatMap((text) => text.split(/[\s-]+/)).map(comparableName));
}

function only<Event>(meetings: readonly Event[]): Event | null {
  return meetings.length === 1 ? meetings[0]! : null;
}

/**
 * Finds the event a text means among a season's: by number in the season, by a field that equals or holds it, else by
 * likeness of at least 70 % with a clear lead. Case, accents, spaces and "Grand Prix" do not count. Tests are found
 * only when the text says "test".
 */
export function matchEvent<Event extends EventNames>(
  query: string,
  meetings: readonly Event[],
  year: number,
): EventMatch<Event> {
  const isTest = /test/i.test(query);
  const candidates = meetings.filter((meeting) => meeting.isTesting === isTest);
  if (/^\d{1,2}$/.test(query.trim())) {
    const numbered = candidates[Number(query) - 1];
    if (numbered !== undefined) return { meeting: numbered, isExact: false };
  }
  const plain = plainName(query, year);
  const scored = candidates.map((meeting) => {
    const features = featuresOf(meeting, year);
    const best = features.reduce((most, feature) => Math.max(most, likenessPct(plain, feature)), 0);
    return { meeting, features, best };
  });
  scored.sort((a, b) => b.best - a.best);
  const nearest = scored.slice(0, 3).map(({ meeting }) => meeting.name);
  if (plain === '') return { meeting: null, nearest: candidates.map(({ name }) => name), isAmbiguous: false };

  const named = scored.filter(({ features }) => features[0] === plain).map(({ meeting }) => meeting);
  const equal = scored.filter(({ features }) => features.includes(plain)).map(({ meeting }) => meeting);
  const inName = scored
    .filter(({ features }) => features[0]?.includes(plain) === true)
    .map(({ meeting }) => meeting);
  const holding = scored
    .filter(({ features }) => features.some((feature) => feature.includes(plain)))
    .map(({ meeting }) => meeting);
  const exact =
    only(named) ??
    only(equal) ??
    only(candidates.filter((meeting) => wordsOf(meeting).has(plain))) ??
    (plain.length < 3 ? null : (only(holding) ?? only(inName)));
  if (exact !== null) return { meeting: exact, isExact: true };
  const several = equal.length > 1 ? equal : holding;
  if (several.length > 1 && plain.length >= 3)
    return { meeting: null, nearest: several.map(({ name }) => name), isAmbiguous: true };
  const [first, second] = scored;
  if (first !== undefined && first.best >= minLikeness && first.best >= minLead * (second?.best ?? 0))
    return { meeting: first.meeting, isExact: false };
  return { meeting: null, nearest, isAmbiguous: false };
}
