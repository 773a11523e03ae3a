import { setTimeout as delay } from 'node:timers/promises';
import { readLacking } from './lacking.ts';

/** The part of the replay's state that is looked at. */
export interface ReplayState {
  readonly status: string;
  readonly title: string;
  readonly session_time: number | null;
  readonly end: number | null;
  readonly start: number | null;
  readonly lights_out: number | null;
  readonly lap_number: number | null;
  readonly total_laps: number | null;
  readonly reason: string | null;
  readonly speed: number;
  readonly last_command_id: string | null;
}

const pollMs = 200;
const commandWaitMs = 60_000;
/** How much of the session lies behind when panels are checked. */
const placeRatio = 0.55;
const leastSpeed = 1;
const mostSpeed = 10;
/** Wall time that the rest of the session has to last [s]. */
const remainingS = 100;

/** State of the replay behind a bridge, or null before its first. */
export async function readReplay(url: string, signal: AbortSignal): Promise<ReplayState | null> {
  const response = await fetch(`${url}/replay`, { signal });
  return (await response.json()) as ReplayState | null;
}

/**
 * Brings a replay to where dashboards have something to show: past the middle of the session, with laps, stops and stints
 * behind it, at a speed at which it goes on for a while; then lets it run for `warmMs`. Rejects when a command is refused.
 */
export async function warmReplay(url: string, warmMs: number, signal: AbortSignal): Promise<ReplayState> {
  const begun = await waitForState(url, ({ status }) => status === 'playing' || status === 'ended', signal);
  const { total_laps: laps } = begun;
  const start = begun.lights_out ?? begun.start ?? 0;
  const end = begun.end ?? start;
  const lacking = await readLacking(url, signal);
  const hasLaps = laps !== null && laps > 1 && !lacking.some(({ topic }) => topic === 'TimingData');
  const atTime = start + (end - start) * placeRatio;
  const atLap = { lap: Math.max(2, Math.round((laps ?? 0) * placeRatio)) };
  // Part of a session knows how many laps it has, but not where all begin.
  if (!hasLaps || !(await isAccepted(url, 'seek', atLap, signal))) await command(url, 'seek', atTime, signal);
  const { session_time: now } = await waitForState(url, ({ status }) => status === 'playing', signal);
  const speed = Math.min(mostSpeed, Math.max(leastSpeed, Math.floor((end - (now ?? start)) / remainingS)));
  await command(url, 'speed', speed, signal);
  await delay(warmMs, undefined, { signal });
  return waitForState(url, ({ status }) => status !== 'loading', signal);
}

async function isAccepted(url: string, name: string, value: unknown, signal: AbortSignal): Promise<boolean> {
  try {
    await command(url, name, value, signal);
    return true;
  } catch (error) {
    if (error instanceof RefusedError) return false;
    throw error;
  }
}

/** The replay does not do what it was told. */
class RefusedError extends Error {
  override readonly name = 'RefusedError';
}

/** Rejects with a RefusedError when the replay refuses. */
async function command(url: string, name: string, value: unknown, signal: AbortSignal): Promise<void> {
  const response = await fetch(`${url}/replay`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ command: name, value }),
    signal,
  });
  const answer = (await response.json()) as { readonly command_id?: string; readonly error?: string };
  if (!response.ok)
    throw new RefusedError(`Cannot ${name} the replay: ${answer.error ?? response.statusText}`);
  const state = await waitForState(url, (one) => one.last_command_id === answer.command_id, signal);
  if (state.reason !== null && state.status !== 'playing')
    throw new RefusedError(`Cannot ${name} the replay: ${state.reason}`);
}

async function waitForState(
  url: string,
  isReached: (state: ReplayState) => boolean,
  signal: AbortSignal,
): Promise<ReplayState> {
  const untilMs = performance.now() + commandWaitMs;
  let state: ReplayState | null = null;
  while (performance.now() < untilMs) {
    state = await readReplay(url, signal);
    if (state?.status === 'failed')
      throw new Error(`The replay has failed: ${state.reason ?? 'no reason given'}`);
    if (state !== null && isReached(state)) return state;
    await delay(pollMs, undefined, { signal });
  }
  throw new Error(
    `The replay does not get on: after ${commandWaitMs / 1000} s it is ${state?.status ?? 'unknown'}`,
  );
}
