import type { AppContext } from '../http/app-context.ts';
import type { RaceState } from '../../analysis/race-state.ts';
import type { DriverPoints } from '../ingest/point-store.ts';
import { findDriver } from '../query/query-engine.ts';
import type { TableRequest } from './table-request.ts';

/** What a table is made from: the bridge, the request and the moment. */
export interface TableContext {
  readonly app: AppContext;
  readonly request: TableRequest;
  readonly race: RaceState;
  readonly nowMs: number;
  /** Session time now [ms]; null when nothing is known of it. */
  readonly sessionNowMs: number | null;
  readonly t0EpochMs: number | null;
}

/** The context of a request; asks nobody. */
export function tableContext(app: AppContext, request: TableRequest, nowMs: number): TableContext {
  const { race, replay } = app.state;
  const t0 = race.session?.t0 ?? null;
  const t0EpochMs = t0 === null ? Number.NaN : Date.parse(t0);
  return {
    app,
    request,
    race,
    nowMs,
    sessionNowMs: replay?.session_time == null ? null : replay.session_time * 1000,
    t0EpochMs: Number.isNaN(t0EpochMs) ? null : t0EpochMs,
  };
}

/** Codes of every driver of the session, those with telemetry alone last. */
export function driverCodes({ race, app }: TableContext): string[] {
  const codes = new Set(race.drivers.map(({ code }) => code));
  for (const { driver } of app.state.points.drivers) codes.add(driver);
  return [...codes];
}

/** Codes that a request asks for, by code or car number, and names that nobody has. */
export function askedDrivers(context: TableContext): { codes: string[]; unknown: string[] } {
  const all = driverCodes(context);
  const { drivers } = context.request;
  if (drivers === null) return { codes: all, unknown: [] };
  const codes: string[] = [];
  const unknown: string[] = [];
  for (const name of drivers) {
    const known =
      all.find((code) => code.toUpperCase() === name) ??
      context.race.drivers.find(({ driver_number: number }) => String(number) === name)?.code ??
      findDriver(context.app.state.points, name)?.driver;
    if (known === undefined) unknown.push(name.slice(0, 20));
    else if (!codes.includes(known)) codes.push(known);
  }
  return { codes, unknown };
}

/** Rings of drivers, in the order of their codes' names; drivers without telemetry are left out. */
export function pointsOf({ app }: TableContext, codes: readonly string[]): DriverPoints[] {
  return codes
    .map((code) => app.state.points.find(code))
    .filter((points) => points !== undefined)
    .sort((a, b) => (a.driver < b.driver ? -1 : 1));
}
