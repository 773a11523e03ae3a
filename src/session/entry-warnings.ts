import type { RawSession } from '../domain/raw-session.ts';

/** Sentences about cars whose telemetry and entry do not match: data without an entry, an entry without data. */
export function entryWarnings(raw: RawSession): string[] {
  if (raw.drivers.length === 0) return [];
  const recorded = new Set([...raw.car.keys(), ...raw.pos.keys()]);
  const entered = new Set(raw.drivers.map((driver) => driver.number));
  const strangers = [...recorded].filter((number) => !entered.has(number));
  const silent = [...entered].filter((number) => !recorded.has(number));
  const warnings: string[] = [];
  if (strangers.length > 0 && silent.length > 0) {
    const example = `--car-alias ${strangers[0]}=${silent[0]}`;
    warnings.push(
      `${nameCars(strangers)} telemetry but no entry, ${nameCars(silent)} an entry but no telemetry: if they are the same, use ${example}`,
    );
  } else if (strangers.length > 0) {
    warnings.push(`${nameCars(strangers)} telemetry but no entry and is left out`);
  } else if (silent.length > 0 && recorded.size > 0) {
    warnings.push(`${nameCars(silent)} an entry but no telemetry`);
  }
  for (const number of entered) {
    if (!recorded.has(number)) continue;
    if (raw.car.size > 0 && !raw.car.has(number))
      warnings.push(`Car ${number} has positions but no car data`);
    if (raw.pos.size > 0 && !raw.pos.has(number))
      warnings.push(`Car ${number} has car data but no positions`);
  }
  return warnings;
}

function nameCars(numbers: readonly string[]): string {
  return numbers.length === 1 ? `Car ${numbers[0]} has` : `Cars ${numbers.join(', ')} each have`;
}
