import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { checkLivePanel, repetitions } from '../../../grafana/check/check-live.ts';
import { createLiveChannels } from '../../../grafana/check/live-channels.ts';
import type { LiveChannels } from '../../../grafana/check/live-channels.ts';
import type { QueryContext } from '../../../grafana/check/panel-run.ts';
import type { Panel, Target } from '../../../grafana/query/dashboard.ts';

const context: QueryContext = {
  dashboard: { uid: 'd', title: 'D', schemaVersion: 42, panels: [] },
  sources: new Map(),
  variables: [{ name: 'driver', value: ['VER', 'HAM'], multi: true, options: ['VER', 'HAM', 'ALO'] }],
  nowMs: Date.now(),
  signal: new AbortController().signal,
};
const panel = (fields: string[], more: Partial<Panel> = {}): Panel => ({
  id: 1,
  type: 'timeseries',
  gridPos: { x: 0, y: 0, w: 1, h: 1 },
  repeat: 'driver',
  targets: [
    { refId: 'A', queryType: 'measurements', channel: 'stream/f1/$driver', filter: { fields } } as Target,
  ],
  ...more,
});

async function createChannels(t: TestContext): Promise<LiveChannels> {
  const channels = await createLiveChannels();
  t.after(() => channels.close());
  return channels;
}
const push = (channels: LiveChannels, ...lines: string[]): Promise<Response> =>
  fetch(`${channels.url}/api/live/push/f1?gf_live_frame_format=labels_column`, {
    method: 'POST',
    body: lines.map((line) => `${line}\n`).join(''),
  });

test('repetitions() gives a panel one value at a time', () => {
  const valuesOf = (variables: QueryContext['variables'], repeat?: string): unknown[] =>
    repetitions({ ...panel([]), ...(repeat === undefined ? {} : { repeat }) }, variables).map(
      ([driver]) => driver?.value,
    );
  assert.deepEqual(valuesOf(context.variables), ['VER', 'HAM']);
  assert.deepEqual(valuesOf([{ ...context.variables[0]!, value: '$__all', allValue: '*' }]), [
    'VER',
    'HAM',
    'ALO',
  ]);
  assert.deepEqual(valuesOf(context.variables, 'lap'), [['VER', 'HAM']]);
});

/** Every car runs and every topic is there. */
const running = { lacking: [], stopped: new Set<string>() };

test('checkLivePanel() wants fresh samples with the fields that are asked for on every channel', async (t) => {
  const channels = await createChannels(t);
  const now = (): string => `${Date.now()}000000`;
  const pushing = setTimeout(() => void push(channels, `VER speed=1 ${now()}`, `HAM speed=1 ${now()}`), 150);
  t.after(() => clearTimeout(pushing));
  const good = await checkLivePanel(panel(['time', 'speed']), context, channels, running);
  assert.deepEqual([good.verdict, good.rows, good.texts], ['ok', 2, []]);
  const wrong = await checkLivePanel(panel(['time', 'rpm']), context, channels, running);
  assert.deepEqual(wrong.texts, [
    'stream/f1/VER has no field "rpm", it has time, speed',
    'stream/f1/HAM has no field "rpm", it has time, speed',
  ]);
  const several = panel(['speed'], { repeat: 'lap' });
  assert.match(
    (await checkLivePanel(several, context, channels, running)).texts.join(),
    /a variable with several values cannot be part of it/,
  );
  await push(channels, `VER speed=1,rpm=2 ${now()}`);
  assert.match(
    (await checkLivePanel(panel(['speed']), context, channels, running)).texts.join(),
    /stream\/f1\/VER: fields have changed/,
  );
});

test('checkLivePanel() fails when the newest of all samples is old', async (t) => {
  const channels = await createChannels(t);
  await push(channels, 'VER speed=1 1685278800200000000', 'HAM speed=1 1685278800200000000');
  const { texts } = await checkLivePanel(panel(['speed']), context, channels, running);
  assert.match(texts.join(), /^the newest sample pushed is \d+ ms old, 2000 ms at most may be$/);
});

test('checkLivePanel() lets a panel be empty only in a session without car data, with its own words', async (t) => {
  const channels = await createChannels(t);
  const facts = { ...running, lacking: [{ topic: 'CarData.z', reason: 'none' }] };
  const told = panel(['speed'], { fieldConfig: { defaults: { noValue: 'No car data' }, overrides: [] } });
  const { verdict, texts } = await checkLivePanel(told, context, channels, facts);
  assert.deepEqual([verdict, texts], ['lacks', ['No car data']]);
  assert.equal((await checkLivePanel(panel(['speed']), context, channels, facts)).verdict, 'failed');
});

test('checkLivePanel() does not wait for a car that has stopped, where the panel says so and another runs', async (t) => {
  const channels = await createChannels(t);
  const told = panel(['speed'], {
    fieldConfig: { defaults: { noValue: 'Nothing is pushed' }, overrides: [] },
  });
  const stopped = { ...running, stopped: new Set(['HAM']) };
  await push(channels, `VER speed=1 ${Date.now()}000000`);
  assert.equal((await checkLivePanel(told, context, channels, stopped)).verdict, 'ok');
  const untold = await checkLivePanel(panel(['speed']), context, channels, stopped);
  assert.match(untold.texts.join(), /nothing came on stream\/f1\/HAM/);
  const nobody = await createChannels(t);
  const none = await checkLivePanel(told, context, nobody, { ...running, stopped: new Set(['HAM', 'VER']) });
  assert.match(none.texts.join(), /no car is running/);
});
