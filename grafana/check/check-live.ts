import { setTimeout as delay } from 'node:timers/promises';
import { targetsOf } from '../query/dashboard.ts';
import type { Panel } from '../query/dashboard.ts';
import { liveChannel } from '../query/live.ts';
import type { LiveTarget } from '../query/live.ts';
import type { Variable } from '../query/variable.ts';
import { isAll, valuesOf } from '../query/variable.ts';
import type { PanelOutcome } from './check-panel.ts';
import { maxAgeMs } from './lacking.ts';
import type { LiveFacts } from './lacking.ts';
import type { LiveChannels } from './live-channels.ts';
import { runOptions } from './panel-run.ts';
import type { QueryContext } from './panel-run.ts';

const waitMs = 10_000;
const pollMs = 100;

/**
 * Waits for samples on the channels of a live panel (each repetition of it) and compares their fields with those that the
 * panel filters for. Where nothing is pushed, in a session without car data or of a car that has stopped, the panel has to say so
 * by its `noValue`.
 */
export async function checkLivePanel(
  panel: Panel,
  context: QueryContext,
  channels: LiveChannels,
  { lacking, stopped }: LiveFacts,
): Promise<PanelOutcome> {
  const texts: string[] = [];
  let rows = 0;
  const startMs = performance.now();
  const { range, intervalMs } = runOptions(context, { type: '', uid: '', url: '' }, panel);
  const { noValue } = panel.fieldConfig?.defaults ?? {};
  const isSilent = lacking.some(({ topic }) => topic === 'CarData.z');
  const hasReason = typeof noValue === 'string';
  for (const variables of repetitions(panel, context.variables)) {
    for (const target of targetsOf(panel) as unknown as LiveTarget[]) {
      let name: string;
      try {
        name = liveChannel(target, { ...range, intervalMs, variables });
      } catch (error) {
        texts.push(error instanceof Error ? error.message : String(error));
        continue;
      }
      const hasStopped = stopped.has(name.slice(name.lastIndexOf('/') + 1));
      const frame = await frameOf(name, channels, isSilent || hasStopped ? 0 : waitMs, context.signal);
      if (frame === null) {
        if (hasStopped && hasReason) continue;
        if (isSilent && hasReason) {
          return { verdict: 'lacks', rows: 0, ms: 0, texts: [noValue] };
        }
        texts.push(`nothing came on ${name} within ${waitMs / 1000} s`);
        continue;
      }
      rows += frame.length;
      const names = frame.fields.map((field) => field.name);
      for (const field of target.filter?.fields ?? []) {
        if (!names.includes(field)) texts.push(`${name} has no field "${field}", it has ${names.join(', ')}`);
      }
    }
  }
  if (rows === 0 && texts.length === 0) texts.push('nothing came on any of its channels: no car is running');
  const ageMs = Date.now() - channels.newestMs();
  if (rows > 0 && ageMs > maxAgeMs) {
    texts.push(`the newest sample pushed is ${ageMs} ms old, ${maxAgeMs} ms at most may be`);
  }
  texts.push(...channels.faults);
  return { verdict: texts.length === 0 ? 'ok' : 'failed', rows, ms: performance.now() - startMs, texts };
}

async function frameOf(name: string, channels: LiveChannels, limitMs: number, signal: AbortSignal) {
  const untilMs = performance.now() + limitMs;
  while (channels.frame(name) === null && performance.now() < untilMs) {
    await delay(pollMs, undefined, { signal });
  }
  return channels.frame(name);
}

/** Variables of each repetition of a panel: one value at a time of the variable that it is repeated by. */
export function repetitions({ repeat }: Panel, variables: readonly Variable[]): (readonly Variable[])[] {
  const variable = variables.find(({ name }) => name === repeat);
  if (variable === undefined) return [variables];
  const values = isAll(variable) ? (variable.options ?? []) : valuesOf(variable);
  return values.map((value) =>
    variables.map((one) => (one === variable ? { ...one, value, text: value } : one)),
  );
}
