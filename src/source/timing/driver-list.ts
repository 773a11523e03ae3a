import type { Driver } from '../../domain/driver.ts';
import { feedEntries, feedObject, isFeedObject } from '../../domain/feed-shape.ts';
import { mergeState } from './merge-state.ts';
import { toCount, toText } from './feed-values.ts';

/** Patches after this belong to whatever the stream carries next: support races announce their drivers then. */
const lateMs = 3_600_000;

interface Listed {
  state: unknown;
  /** Teams named for the car, in order: a driver can change teams under one number of the list. */
  readonly teams: string[];
  readonly late: boolean;
  readonly firstLine: number;
}

/** A new running order from `Line` patches, used where TimingData sends no places. */
export interface LineChange {
  readonly sessionMs: number;
  readonly driverNumber: string;
  readonly line: number;
}

/** Collects DriverList lines. */
export interface DriverListReader {
  accept(stampMs: number, data: unknown): void;
  /** `hasLaps`: the number drove laps of its own in this session. */
  finish(hasLaps: (driverNumber: string) => boolean): { drivers: Driver[]; warnings: string[] };
  readonly lines: readonly LineChange[];
}

/** A patch without empty team names: what was known is not lost to a null. */
function withoutEmptyTeam(patch: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { TeamName, ...rest } = patch;
  return toText(TeamName) === '' ? rest : patch;
}

function driverOf(key: string, listed: Listed): Driver {
  const state = feedObject(listed.state);
  const number = toText(state['RacingNumber']) || key;
  const full =
    toText(state['FullName']) || `${toText(state['FirstName'])} ${toText(state['LastName'])}`.trim();
  const colour = toText(state['TeamColour']).replace(/^#/, '');
  return {
    number,
    code: toText(state['Tla']).toUpperCase() || number,
    name: full || toText(state['BroadcastName']) || number,
    team: toText(state['TeamName']),
    teamColour: /^[0-9a-fA-F]{6}$/.test(colour) ? colour.toUpperCase() : '',
    line: listed.firstLine,
  };
}

/** Creates a reader of DriverList: new numbers after an hour are dropped unless they have laps of their own. */
export function createDriverListReader(): DriverListReader {
  const listed = new Map<string, Listed>();
  const lines: LineChange[] = [];

  function accept(stampMs: number, data: unknown): void {
    for (const [key, sent] of feedEntries(data)) {
      if (!isFeedObject(sent)) continue;
      const patch = withoutEmptyTeam(sent);
      const team = toText(patch['TeamName']);
      const known = listed.get(key);
      const line = toCount(patch['Line']);
      if (line !== null && line > 0 && (known !== undefined || stampMs <= lateMs)) {
        lines.push({ sessionMs: stampMs, driverNumber: key, line });
      }
      if (known === undefined) {
        listed.set(key, {
          state: mergeState(undefined, patch),
          teams: team === '' ? [] : [team],
          late: stampMs > lateMs,
          firstLine: line ?? 0,
        });
      } else if (stampMs <= lateMs || known.late) {
        known.state = mergeState(known.state, patch);
        if (team !== '' && known.teams.at(-1) !== team) known.teams.push(team);
        if (known.firstLine === 0 && line !== null) listed.set(key, { ...known, firstLine: line });
      }
    }
  }

  function finish(hasLaps: (driverNumber: string) => boolean): { drivers: Driver[]; warnings: string[] } {
    const drivers: Driver[] = [];
    const warnings: string[] = [];
    const seen = new Set<string>();
    const dropped: string[] = [];
    for (const [key, entry] of listed) {
      const driver = driverOf(key, entry);
      if (entry.late && !hasLaps(driver.number)) {
        dropped.push(driver.number);
        continue;
      }
      if (seen.has(driver.number)) continue;
      seen.add(driver.number);
      drivers.push(driver);
      if (entry.late)
        warnings.push(
          `Car ${driver.number} (${driver.code}) is late: listed more than an hour after the stream began, kept because it has laps of its own`,
        );
      if (entry.teams.length > 1)
        warnings.push(
          `Car ${driver.number} (${driver.code}) is listed for ${entry.teams.length} teams, ${entry.teams.join(', then ')}: the last one counts`,
        );
      if (driver.number !== key) warnings.push(`Driver list key ${key} stands for car ${driver.number}`);
    }
    if (dropped.length > 0) {
      warnings.push(
        `Driver list names ${dropped.length} more numbers after the first hour (${dropped.join(', ')}): another series, left out`,
      );
    }
    const order = new Map(drivers.map((driver, index) => [driver.number, index]));
    drivers.sort(
      (a, b) =>
        (a.line || 1000) - (b.line || 1000) || (order.get(a.number) ?? 0) - (order.get(b.number) ?? 0),
    );
    return { drivers, warnings };
  }

  return { accept, finish, lines };
}
