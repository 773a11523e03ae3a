import type { Broker } from '../domain/broker.ts';
import type { Log } from '../domain/log.ts';
import type { ReplayState } from '../domain/messages.ts';
import { readCurrentRun } from './current-run.ts';

/** A state is published at least every 500 ms: one that is older belongs to a replay that is gone. */
const freshMs = 3000;

/** The look must never hold up a start: without an answer by then nothing is said. */
const lookMs = 2000;

/**
 * Warns when another replay is at work on the same topics: viewers switch to the newest run and set the records of the
 * other one aside from then on.
 */
export async function warnOtherRun(
  broker: Broker,
  controlTopic: string,
  log: Log,
  signal: AbortSignal,
): Promise<void> {
  const soon = AbortSignal.any([signal, AbortSignal.timeout(lookMs)]);
  const text = describeOtherRun(await readCurrentRun(broker, controlTopic, soon), Date.now());
  if (text !== null) log.warn(text);
}

/** The warning about the newest state on the control topic, or null when its replay has ended or is gone. */
export function describeOtherRun(state: ReplayState | null, nowMs: number): string | null {
  if (state === null || nowMs - Date.parse(state.timestamp) > freshMs) return null;
  if (!['playing', 'paused', 'ended'].includes(state.status)) return null;
  return (
    `Another replay is at work on these topics (${state.title}, ${state.status}, run ${state.run}): pages and consumers leave it for this one. ` +
    'End one of the two, or use topics of its own (kafka.topics) or --broker embedded'
  );
}
