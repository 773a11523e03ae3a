/** Outcome of a car alias on one feed. */
export interface AliasedFeed<Samples> {
  readonly samples: Map<string, Samples>;
  /** Sentences for the user. */
  readonly warnings: string[];
}

/** Moves samples from one car number to another (`--car-alias 9=20`). A number with data of its own keeps it. */
export function applyCarAlias<Samples>(
  samples: Map<string, Samples>,
  alias: ReadonlyMap<string, string>,
  feedName: string,
): AliasedFeed<Samples> {
  const warnings: string[] = [];
  const result = new Map(samples);
  for (const [from, to] of alias) {
    const moved = samples.get(from);
    if (moved === undefined) continue;
    if (samples.has(to)) {
      warnings.push(`Car alias ${from}=${to} is not used for ${feedName}: car ${to} has data of its own`);
      continue;
    }
    result.delete(from);
    result.set(to, moved);
  }
  return { samples: result, warnings };
}

function cars(numbers: readonly string[]): string {
  return `${numbers.length === 1 ? 'car' : 'cars'} ${numbers.join(', ')}`;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/**
 * Sentence about numbers that have data but are not entered, and entered ones that have none; null when all agree.
 * `withData` are the numbers of the car feed, `entered` those of the driver list.
 */
export function carNumberWarning(withData: readonly string[], entered: readonly string[]): string | null {
  const unknown = withData.filter((number) => !entered.includes(number));
  const silent = entered.filter((number) => !withData.includes(number));
  const hasData = unknown.length === 1 ? 'has data but is not entered' : 'have data but are not entered';
  const hasNone = silent.length === 1 ? 'is entered but has none' : 'are entered but have none';
  if (unknown.length > 0 && silent.length > 0) {
    const example = `--car-alias ${unknown[0]}=${silent[0]}`;
    return `${capitalised(cars(unknown))} ${hasData}, ${cars(silent)} ${hasNone}: if they are the same, use ${example}`;
  }
  if (unknown.length > 0) return `${capitalised(cars(unknown))} ${hasData}: left out`;
  if (silent.length > 0)
    return `${capitalised(cars(silent))} ${silent.length === 1 ? 'is' : 'are'} entered but ${silent.length === 1 ? 'has' : 'have'} no car data`;
  return null;
}
