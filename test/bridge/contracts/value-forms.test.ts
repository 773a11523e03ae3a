import assert from 'node:assert/strict';
import { test } from 'node:test';
import { publish, timing, until } from '../support.ts';
import { openWorld } from './world.ts';
import type { SeriesItem } from './world.ts';

const names = (items: readonly SeriesItem[]): string[] => items.map(({ target }) => target);

test('F4: drivers in every form, in the target and in the payload, give the same series', async (t) => {
  const { query } = await openWorld(t);
  const both = ['VER.speed', 'HAM.speed'];
  for (const text of [
    '(VER|HAM)',
    '{VER,HAM}',
    'VER,HAM',
    'VER|HAM',
    'ver, ham',
    '(1|44)',
    'VER,VER,1,HAM',
  ]) {
    const inTarget = await query({ targets: [{ target: `${text}.speed` }] });
    assert.deepEqual(names(inTarget.body), both, text);
    const inPayload = await query({ targets: [{ target: 'speed', payload: { driver: text } }] });
    assert.deepEqual(names(inPayload.body), both, `payload ${text}`);
    const asText = await query({ targets: [{ target: 'speed', payload: JSON.stringify({ driver: text }) }] });
    assert.deepEqual(names(asText.body), both, `payload as text ${text}`);
    const inData = await query({ targets: [{ target: 'speed', data: { driver: [text] } }] });
    assert.deepEqual(names(inData.body), both, `data ${text}`);
  }
  for (const driver of [['VER', 'HAM'], ['(VER|HAM)'], [1, 44]]) {
    const { body } = await query({ targets: [{ target: 'speed', payload: { driver } }] });
    assert.deepEqual(names(body), both, JSON.stringify(driver));
  }
});

test('F4: all drivers in every form, by code', async (t) => {
  const { query } = await openWorld(t);
  for (const driver of ['$__all', '', '*', '.*', '.+', [], ['$__all'], null]) {
    const { body } = await query({ targets: [{ target: 'speed', payload: { driver } }] });
    assert.deepEqual(names(body), ['HAM.speed', 'VER.speed'], JSON.stringify(driver));
  }
  const every = await query({ targets: [{ target: '(VER|HAM|ALO).speed' }] });
  assert.deepEqual(names(every.body), ['VER.speed', 'HAM.speed']);
  assert.match(JSON.stringify(every.body[0]?.meta), /No telemetry of driver ALO/u);
});

test('F4: metrics in every form', async (t) => {
  const { query } = await openWorld(t);
  for (const target of ['VER.(speed|rpm)', 'VER.{speed,rpm}', 'VER.speed,VER.rpm', '(VER.speed|VER.rpm)']) {
    const { body } = await query({ targets: [{ target }] });
    assert.deepEqual(names(body), ['VER.speed', 'VER.rpm'], target);
  }
  const mixed = await query({ targets: [{ target: 'VER.{speed,fuel}' }] });
  assert.deepEqual(names(mixed.body), ['VER.speed']);
  assert.match(JSON.stringify(mixed.body[0]?.meta), /No metric fuel/u);
});

test('F4: a variable with 1,000 values: known ones are answered, the others told in one notice', async (t) => {
  const { query } = await openWorld(t);
  const thousand = Array.from({ length: 1000 }, (_, i) => (i === 700 ? 'VER' : `X${i}`));
  for (const target of [`(${thousand.join('|')}).speed`, `{${thousand.join(',')}}.speed`]) {
    const { status, body } = await query({ targets: [{ refId: 'A', target }] });
    assert.equal(status, 200);
    assert.deepEqual(names(body), ['VER.speed']);
    assert.ok((body[0]?.datapoints.length ?? 0) > 0);
    const [notice] = body[0]?.meta?.notices ?? [];
    assert.equal(notice?.text, 'No telemetry of driver X0, X1, X2, X3, X4 and 994 more');
  }
  const none = await query({
    targets: [{ target: 'speed', payload: { driver: thousand.map((x) => `Y${x}`) } }],
  });
  assert.deepEqual([none.status, none.body.length, none.body[0]?.datapoints], [200, 1, []]);
  const alerts = await query<{ rows: unknown[] }[]>({
    targets: [{ target: 'alerts', payload: { driver: thousand } }],
  });
  assert.equal(alerts.body[0]?.rows.length, 1);
  const tooMany = Array.from({ length: 3000 }, (_, i) => `X${i}`).join(',');
  const refused = await query<{ error: string }>({ targets: [{ target: `${tooMany}.speed` }] });
  assert.equal(refused.status, 400);
  assert.match(refused.body.error, /3000 names, at most 2000/u);
});

test('F4: names are never run as a pattern', async (t) => {
  const { query } = await openWorld(t);
  for (const target of ['(V.R).speed', 'V[A-Z]R.speed', '(?:VER).speed', '^VER$.speed']) {
    const { status, body } = await query({ targets: [{ target }, { target: 'HAM.gear' }] });
    assert.equal(status, 200, target);
    assert.deepEqual(body[0]?.datapoints, [], target);
  }
});

test('F4: option values are unique, and so are their texts, also of two drivers with one name', async (t) => {
  const { bridge, broker, config } = await openWorld(t);
  const twin = { driver: 'VE2', driver_id: 'VE2', driver_number: 33, code: 'VE2', name: 'Max Verstappen' };
  await publish(
    broker,
    config.kafka.topics.timing,
    [timing('driver', { ...twin, team: '', team_colour: '', line: 4, has_telemetry: false })],
    { segment: 1 },
  );
  const post = async <T>(url: string, payload: object): Promise<T[]> =>
    (await bridge.app.inject({ method: 'POST', url, payload })).json<T[]>();
  const drivers = { payload: { target: 'drivers' } };
  await until(async () => (await post('/variable', drivers)).length === 4, 'the second driver');
  const lists = [
    await post<object>('/variable', drivers),
    await post<object>('/variable', { payload: { target: 'metrics' } }),
    await post<object>('/variable', { payload: { target: 'laps' } }),
    await post<object>('/search', { target: 'drivers' }),
    await post<object>('/metric-payload-options', { metric: 'speed', name: 'driver' }),
    (await post<{ label: string; value: string }>('/metrics', {})).map(({ label, value }) => ({
      label,
      value,
    })),
  ];
  for (const list of lists) {
    assert.ok(list.length > 1);
    for (const key of Object.keys(list[0]!)) {
      const values = list.map((item) => Reflect.get(item, key) as unknown);
      assert.equal(new Set(values).size, values.length, `${key}: ${values.join(', ')}`);
    }
  }
  assert.deepEqual(lists[0]?.[3], { __text: 'Max Verstappen (VE2)', __value: 'VE2' });
});
