import type { Driver } from '../domain/driver.ts';
import { F1Error } from '../domain/errors.ts';
import type { SessionTable } from '../domain/table.ts';

/**
 * The session with only the drivers named by code or car number (no names = all); a name that is in no session goes to
 * `onUnknown`. Throws F1_USAGE when none of them is in the session.
 */
export function selectDrivers(
  session: SessionTable,
  names: readonly string[],
  onUnknown: (name: string) => void,
): SessionTable {
  if (names.length === 0) return session;
  const chosen = new Set<string>();
  for (const name of names) {
    const driver = session.drivers.find((candidate) => isNamed(candidate, name));
    if (driver === undefined) onUnknown(name);
    else chosen.add(driver.number);
  }
  if (chosen.size === 0) {
    const known = session.drivers.map((driver) => driver.code).join(', ');
    throw new F1Error('F1_USAGE', `None of the drivers ${names.join(', ')} is in this session`, {
      hint: `Its drivers are ${known || 'not known'}`,
      exitCode: 2,
    });
  }
  return {
    ...session,
    drivers: session.drivers.filter((driver) => chosen.has(driver.number)),
    tables: session.tables.filter((table) => chosen.has(table.driver.number)),
  };
}

/** True when the text is the driver's code (in any case) or car number. */
export function isNamed(driver: Driver, name: string): boolean {
  return driver.number === name.trim() || driver.code.toUpperCase() === name.trim().toUpperCase();
}
