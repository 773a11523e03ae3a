import type { SessionTable } from '../domain/table.ts';

/** What a run is known by. */
export interface Run {
  readonly id: string;
  readonly startedAtMs: number;
  readonly source: string;
  readonly table: SessionTable | null;
}
