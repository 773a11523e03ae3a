const shortNames: Readonly<Record<string, string>> = {
  r: 'Race',
  race: 'Race',
  gp: 'Race',
  grandprix: 'Race',
  q: 'Qualifying',
  quali: 'Qualifying',
  qualifying: 'Qualifying',
  s: 'Sprint',
  sprint: 'Sprint',
  sprintrace: 'Sprint',
  sq: 'Sprint Qualifying',
  sprintqualifying: 'Sprint Qualifying',
  ss: 'Sprint Shootout',
  sprintshootout: 'Sprint Shootout',
};

/** A text as names are compared: lower case, without diacritics, spaces and punctuation. */
export function comparableName(text: string): string {
  return text
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '');
}

/** Name the archive gives a session that people write as `R`, `fp1`, `sprint_shootout`; null when it is none known. */
export function sessionNameOf(text: string): string | null {
  const plain = comparableName(text);
  const known = Object.hasOwn(shortNames, plain) ? shortNames[plain] : undefined;
  if (known !== undefined) return known;
  const practice = /^(?:fp|p|practice|freepractice)([1-4])$/.exec(plain);
  if (practice !== null) return `Practice ${practice[1]}`;
  const day = /^day([1-9])$/.exec(plain);
  return day === null ? null : `Day ${day[1]}`;
}

/** True for sessions with a race distance. A "Sprint Qualifying" is a race until 2022, a qualifying from 2024. */
export function hasRaceDistance(year: number | null, sessionName: string): boolean {
  const plain = comparableName(sessionName);
  if (plain === 'race' || plain === 'sprint' || plain === 'sprintrace') return true;
  return plain === 'sprintqualifying' && year !== null && year <= 2022;
}
