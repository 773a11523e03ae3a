/** Tyre compounds as the feed spells them; the index is what columns store, 0 = none known. */
export const compounds = [
  '',
  'SOFT',
  'MEDIUM',
  'HARD',
  'INTERMEDIATE',
  'WET',
  'UNKNOWN',
  'TEST_UNKNOWN',
  'HYPERSOFT',
  'ULTRASOFT',
  'SUPERSOFT',
  'SUPERHARD',
] as const;

export type Compound = (typeof compounds)[number];

const indexByName = new Map<string, number>(compounds.map((name, index) => [name, index]));

/** Column value of a compound name; 0 for a name that is not in the table. */
export function compoundIndex(name: string): number {
  return indexByName.get(name) ?? 0;
}

/** Name of a column value, or null for 0 and for values out of range. */
export function compoundName(index: number): string | null {
  return compounds[index] || null;
}
