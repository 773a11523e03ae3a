import { setTimeout as delay } from 'node:timers/promises';
import { readReplay } from '../../check/replay-control.ts';
import type { ReplayState } from '../../check/replay-control.ts';

/** Speed at which the pictures' window is filled: a lap then takes about half a minute of it. */
const speed = 3;
/** Share of the session that lies behind. */
const place = 0.55;

/**
 * Brings a replay past its middle and lets it fill a window. Returns when the window began, epoch ms. Rejects when a command
 * is refused or the replay fails.
 */
export async function placeReplay(url: string, windowS: number, signal: AbortSignal): Promise<number> {
  const begun = await until(url, ({ status }) => status !== 'loading', signal);
  const { total_laps: laps } = begun;
  const start = begun.start ?? 0;
  const target =
    laps !== null && laps > 1
      ? { lap: Math.round(laps * place) }
      : start + ((begun.end ?? start) - start) * place;
  await command(url, 'speed', speed, signal);
  await command(url, 'seek', target, signal);
  const beganMs = Date.now();
  await delay(windowS * 1000, undefined, { signal });
  await until(url, ({ status }) => status === 'playing' || status === 'ended', signal);
  return beganMs;
}

async function command(url: string, name: string, value: unknown, signal: AbortSignal): Promise<void> {
  const response = await fetch(`${url}/replay`, {
    method: 'POST',
    body: JSON.stringify({ command: name, value }),
    signal,
  });
  const answer = (await response.json()) as { readonly command_id?: string; readonly error?: string };
  if (!response.ok) throw new Error(`Cannot ${name} the replay: ${answer.error ?? response.statusText}`);
  await until(url, ({ last_command_id: id }) => id === answer.command_id, signal);
}

async function until(
  url: string,
  isReached: (state: ReplayState) => boolean,
  signal: AbortSignal,
): Promise<ReplayState> {
  for (
    const endMs = performance.now() + 120_000;
    performance.now() < endMs;
    await delay(200, undefined, { signal })
  ) {
    const state = await readReplay(url, signal);
    if (state?.status === 'failed')
      throw new Error(`The replay has failed: ${state.reason ?? 'no reason given'}`);
    if (state !== null && isReached(state)) return state;
  }
  throw new Error('The replay does not get on within two minutes');
}
