import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { checkLivePanel, repetitions } from '../../../grafana/check/check-live.ts';
import { parseLine, startLiveReceiver } from '../../../grafana/check/live-receiver.ts';
import type { LiveReceiver } from '../../../grafana/check/live-receiver.ts';
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

async function createReceiver(t: TestContext): Promise<LiveReceiver> {
  const receiver = await startLiveReceiver();
  t.after(() => receiver.close());
  return receiver;
}
const push = (receiver: LiveReceiver, body: string): Promise<Response> =>
  fetch(`${receiver.url}/api/live/push/f1?gf_live_frame_format=wide`, { method: 'POST', body });

test('startLiveReceiver() takes pushes as Grafana does and keeps the fields that all have', async (t) => {
  const receiver = await createReceiver(t);
  const user = (await (await fetch(`${receiver.url}/api/user`)).json()) as { login: string };
  assert.equal(user.login, 'check');
  const response = await push(
    receiver,
    'VER speed=301.5,gear=8 1685278800100000000\nHAM,team=x speed=1 1685278800000000000\n',
  );
  assert.equal(response.status, 200);
  assert.equal(await response.text(), '');
  await push(receiver, 'VER speed=302 1685278800200000000');
  const channel = receiver.channel('stream/f1/VER');
  assert.deepEqual(
    [[...channel!.fields], channel?.lines, channel?.newestMs],
    [['speed'], 2, 1_685_278_800_200],
  );
  assert.equal(receiver.channel('stream/f1/HAM')?.lines, 1);
  assert.equal(receiver.channel('stream/f1/ALO'), null);
  assert.equal((await push(receiver, 'VER speed')).status, 500);
  assert.equal((await fetch(`${receiver.url}/api/other`)).status, 404);
});

test('parseLine() reads escapes, tags and texts with spaces', () => {
  assert.deepEqual(parseLine(String.raw`a\ b,t=x\ y f="x y, z=1",n=-1e3,i=5i -5`), {
    measurement: String.raw`a\ b`,
    fields: ['f', 'n', 'i'],
    stampNs: -5n,
  });
  for (const line of ['', 'VER', 'VER speed=1', 'VER 5', 'speed=1 x'])
    assert.throws(() => parseLine(line), /a stamp in ns/);
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

test('checkLivePanel() wants fresh samples with the fields that are asked for on every channel', async (t) => {
  const receiver = await createReceiver(t);
  const now = (): string => `${Date.now()}000000`;
  const pushing = setTimeout(() => void push(receiver, `VER speed=1 ${now()}\nHAM speed=1 ${now()}`), 150);
  t.after(() => clearTimeout(pushing));
  const good = await checkLivePanel(panel(['time', 'speed']), context, receiver, []);
  assert.deepEqual([good.verdict, good.rows, good.texts], ['ok', 2, []]);
  const wrong = await checkLivePanel(panel(['time', 'rpm']), context, receiver, []);
  assert.deepEqual(wrong.texts, [
    'stream/f1/VER has no field "rpm", it has speed',
    'stream/f1/HAM has no field "rpm", it has speed',
  ]);
  const other = await createReceiver(t);
  await push(other, 'VER speed=1 1685278800200000000\nHAM speed=1 1685278800200000000');
  assert.match(
    (await checkLivePanel(panel(['speed']), context, other, [])).texts.join(),
    /the newest sample pushed is \d+ ms old/,
  );
  const several = panel(['speed'], { repeat: 'lap' });
  assert.match(
    (await checkLivePanel(several, context, receiver, [])).texts.join(),
    /a variable with several values cannot be part of it/,
  );
});

test('checkLivePanel() lets a panel be empty only in a session without car data, with its own words', async (t) => {
  const receiver = await createReceiver(t);
  const lacking = [{ topic: 'CarData.z', reason: 'none' }];
  const told = panel(['speed'], { fieldConfig: { defaults: { noValue: 'No car data' }, overrides: [] } });
  const { verdict, texts } = await checkLivePanel(told, context, receiver, lacking);
  assert.deepEqual([verdict, texts], ['lacks', ['No car data']]);
  assert.equal((await checkLivePanel(panel(['speed']), context, receiver, lacking)).verdict, 'failed');
});
