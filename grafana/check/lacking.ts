import { setTimeout as delay } from 'node:timers/promises';
import type { TargetResult } from '../query/run-target.ts';
import type { DataFrame } from './grafana-data.ts';

/** A topic that the session lacks and what is not shown for it. */
export interface LackingTopic {
  readonly topic: string;
  readonly reason: string;
}

/** What excuses a live panel from having data. */
export interface LiveFacts {
  readonly lacking: readonly LackingTopic[];
  /** Cars that have sent rows before and none lately. */
  readonly stopped: ReadonlySet<string>;
}

/** How old the newest row of a car that runs may be while the replay plays [ms]. */
export const maxAgeMs = 2000;

const sessionWaitMs = 10_000;
const pollMs = 100;

/**
 * Topics that the session of a running bridge lacks, as the session itself says; waits for the session, which a bridge
 * reads with its first records.
 */
export async function readLacking(bridgeUrl: string, signal: AbortSignal): Promise<LackingTopic[]> {
  const untilMs = performance.now() + sessionWaitMs;
  for (;;) {
    const response = await fetch(`${bridgeUrl}/timing`, { signal });
    const { session, coverage } = (await response.json()) as {
      readonly session: unknown;
      readonly coverage: readonly LackingTopic[];
    };
    if (session !== null) return coverage.map(({ topic, reason }) => ({ topic, reason }));
    if (performance.now() > untilMs)
      throw new Error(`The bridge at ${bridgeUrl} knows no session: start a replay`);
    await delay(pollMs, undefined, { signal });
  }
}

/** Cars of a running bridge that send no rows: the newest is old, or there is none and the timing says that they stand. */
export async function readStopped(bridgeUrl: string, signal: AbortSignal): Promise<ReadonlySet<string>> {
  const rowsOf = async (table: string): Promise<readonly CarRow[]> => {
    const response = await fetch(`${bridgeUrl}/api/v1/${table}`, { signal });
    return ((await response.json()) as { readonly rows: readonly CarRow[] }).rows;
  };
  const [drivers, places] = await Promise.all([rowsOf('drivers'), rowsOf('positions')]);
  const standing = new Set(places.filter(({ status }) => status === 'stopped').map(({ driver }) => driver));
  const stopped = drivers.filter(({ driver, age_s: ageS }) =>
    ageS === null ? standing.has(driver) : ageS * 1000 > maxAgeMs,
  );
  return new Set(stopped.map(({ driver }) => driver));
}

interface CarRow {
  readonly driver: string;
  readonly age_s: number | null;
  readonly status?: string;
}

/** The reason that an answer gives instead of data, or null when it has data (or neither). */
export function reasonOf({ rows, notices, frames }: TargetResult): string | null {
  const [notice] = notices;
  if (notice === undefined || rows > 1) return null;
  return rows === 0 || textsIn(frames).includes(notice.text) ? notice.text : null;
}

/** True when a reader of the panel sees the text: in a cell, or in the label or name of a series. */
export function shows(frames: readonly DataFrame[], text: string): boolean {
  return textsIn(frames).some((shown) => shown.includes(text));
}

function textsIn(
  frames: readonly {
    readonly name?: string;
    readonly fields: readonly {
      readonly name: string;
      readonly values: readonly unknown[];
      readonly labels?: object;
    }[];
  }[],
): string[] {
  return frames
    .flatMap(({ name = '', fields }) => [
      name,
      ...fields.flatMap((field) => [field.name, ...Object.values(field.labels ?? {}), ...field.values]),
    ])
    .filter((value): value is string => typeof value === 'string');
}
