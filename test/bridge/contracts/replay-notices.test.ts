import assert from 'node:assert/strict';
import { test } from 'node:test';
import { publish, publishRows, row, testBridge, timing, until } from '../support.ts';
import { firstMs, nowMs, openWorld } from './world.ts';
import type { SeriesItem } from './world.ts';

const paused = { segment: 1, status: 'paused', session_time: 3605.5, lap_number: 31 } as const;

function notices(item: SeriesItem | undefined): string[] {
  return item?.meta?.notices?.map(({ text }) => text) ?? [];
}

test('F7: while the replay is paused every series says since when and where', async (t) => {
  const { query, state, bridge } = await openWorld(t);
  const targets = [{ target: 'speed' }, { target: 'VER.rpm', payload: { format: 'frame' } }];
  const before = await query({ targets });
  assert.deepEqual(before.body.flatMap(notices), []);
  await state(nowMs - 500, paused);
  await until(async () => (await status(bridge)) === 'paused', 'the pause');
  const { body } = await query({ targets });
  assert.equal(body.length, 3);
  for (const item of body) assert.deepEqual(notices(item), ['Replay paused at lap 31 since 14:04:59 UTC']);
  await state(nowMs, { ...paused, status: 'playing' });
  await until(async () => (await status(bridge)) === 'playing', 'the end of the pause');
  assert.deepEqual((await query({ targets })).body.flatMap(notices), []);
});

test('F7: a bridge that starts while the replay is paused tells since when nothing moves, not since when it looks', async (t) => {
  const { state, broker, config } = await openWorld(t);
  await state(nowMs - 500, paused);
  await state(nowMs + 60_000, paused);
  const late = await testBridge(t, { broker, config, more: { clock: () => nowMs + 60_000 } });
  await until(() => late.bridge.stats().points === 24, 'the rows');
  const targets = [{ target: 'VER.speed' }];
  const asked = await late.bridge.app.inject({ method: 'POST', url: '/query', payload: { targets } });
  const [item] = asked.json<SeriesItem[]>();
  assert.deepEqual(notices(item), ['Replay paused at lap 31 since 14:04:59 UTC']);
});

test('F7: long after a pause began, stat and table targets answer the newest value and its age, charts why they are empty', async (t) => {
  const { query, state, bridge, setNow } = await openWorld(t);
  await state(nowMs, paused);
  await until(async () => (await status(bridge)) === 'paused', 'the pause');
  setNow(nowMs + 600_000);
  const since = 'Replay paused at lap 31 since 14:05:00 UTC';

  const stat = await query({ panelPluginId: 'stat', targets: [{ refId: 'A', target: 'VER.speed' }] });
  assert.deepEqual(stat.body[0]?.datapoints, [[306.5, nowMs - 500]]);
  assert.deepEqual(notices(stat.body[0]), ['The newest value is 601 s old', since]);
  const derived = await query({ targets: [{ target: 'VER.wheel_spin', payload: { newest: true } }] });
  assert.deepEqual(derived.body[0]?.datapoints.length, 1);

  const { body: tables } = await query<Table[]>({ targets: [{ target: 'VER.speed', type: 'table' }] });
  assert.deepEqual(tables[0]?.rows, [[nowMs - 500, 'VER', 306.5, 600.5]]);
  assert.deepEqual(
    tables[0]?.meta.notices.map(({ text }) => text),
    ['The newest value is 601 s old', since],
  );

  const chart = await query({ panelPluginId: 'timeseries', targets: [{ target: 'VER.speed' }] });
  assert.deepEqual(chart.body[0]?.datapoints, []);
  assert.deepEqual(notices(chart.body[0]), ['No telemetry in this range', since]);
  const past = { from: firstMs - 60_000, to: firstMs - 30_000 };
  const history = await query({ panelPluginId: 'stat', range: past, targets: [{ target: 'VER.speed' }] });
  assert.deepEqual(
    history.body[0]?.datapoints,
    [],
    'a range of the past is not answered with what came later',
  );
});

test('F7: a seek leaves nothing of the segment before in a series, so that no line joins two moments', async (t) => {
  const { query, state, bridge, broker, config } = await openWorld(t);
  await state(nowMs, { segment: 2, session_time: 5000, lap_number: 60 });
  await until(() => bridge.stats().segment === 2, 'the seek');
  const soughtTo = row({ timestampMs: nowMs, sessionMs: 5_000_000, driver: 'VER', speedKmh: 111 });
  await publishRows(broker, config, [soughtTo], { segment: 2, timestampMs: nowMs });
  await until(() => bridge.stats().points === 1, 'the first row behind the seek');
  const { body } = await query({ targets: [{ target: 'VER.speed' }] });
  assert.deepEqual(body[0]?.datapoints, [[111, nowMs]]);
  const events = await query<Table[]>({ targets: [{ target: 'replay_events' }] });
  assert.deepEqual(
    events.body[0]?.rows.map(([time, , , text]) => [time, text]),
    [
      [firstMs, 'From lap 12 to lap 30 by page'],
      [firstMs + 2500, 'Paused at lap 30'],
      [nowMs, 'From lap 30 to lap 60'],
    ],
  );
});

test('a session without car data: an empty series carries the reason that the session gives', async (t) => {
  const { query, state, bridge, broker, config } = await openWorld(t);
  await state(nowMs, { segment: 2 });
  await until(() => bridge.stats().segment === 2, 'the new segment');
  const reason = 'The session has no CarData.z: no speed, engine speed, throttle, brake, gear and DRS';
  await publish(broker, config.kafka.topics.timing, [timing('coverage', { topic: 'CarData.z', reason })], {
    segment: 2,
  });
  const asked = (): Promise<{ body: SeriesItem[] }> => query({ targets: [{ target: 'speed' }] });
  await until(async () => notices((await asked()).body[0]).length > 1, 'the coverage');
  const [item, ...others] = (await asked()).body;
  assert.deepEqual([item?.datapoints, others], [[], []]);
  assert.deepEqual(notices(item), ['No driver has telemetry yet', reason]);
});

interface Table {
  readonly rows: readonly (readonly unknown[])[];
  readonly meta: { readonly notices: readonly { readonly text: string }[] };
}

async function status({ app }: { app: import('fastify').FastifyInstance }): Promise<string | undefined> {
  const answer = await app.inject({ method: 'GET', url: '/replay' });
  return answer.json<{ status?: string } | null>()?.status;
}
