import type { Config } from '../../config/schema.ts';

/** Result of one check; `fail` only for what the main job needs. */
export interface CheckResult {
  readonly name: string;
  readonly status: 'ok' | 'warn' | 'fail';
  /** What was found, for people. */
  readonly found: string;
  /** What to do; null when nothing is to be done. */
  readonly advice: string | null;
}

/** What checks look at. */
export interface CheckContext {
  readonly config: Config;
  readonly signal: AbortSignal;
  readonly environment: NodeJS.ProcessEnv;
}

export type Check = (context: CheckContext) => Promise<readonly CheckResult[]>;

/** A check that found what it should. */
export function ok(name: string, found: string): CheckResult {
  return { name, status: 'ok', found, advice: null };
}

/** A check that found what limits something, with what to do. */
export function warn(name: string, found: string, advice: string): CheckResult {
  return { name, status: 'warn', found, advice };
}

/** A check that found what stops the main job, with what to do. */
export function fail(name: string, found: string, advice: string): CheckResult {
  return { name, status: 'fail', found, advice };
}
