import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import {
  alert,
  getJson,
  publish,
  publishRows,
  replayState,
  row,
  testBridge,
  timing,
  until,
  untilOk,
} from '../support.ts';

interface Item {
  readonly target: string;
  readonly refId: string | null;
  readonly unit: string;
  readonly datapoints: [number | null, number][];
  readonly tags?: { driver?: string };
  readonly meta?: { notices: { text: string }[] };
}

const from = 1_700_000_000_000;

/** A bridge that holds 60 s of VER, HAM and LEC at 10 rows a second. */
async function filled(
  t: TestContext,
): Promise<{ url: string; query: <T = Item[]>(body: object) => Promise<{ status: number; body: T }> }> {
  const { broker, config, url } = await testBridge(t);
  await untilOk(url);
  const { topics } = config.kafka;
  await publish(broker, topics.control, [replayState({ timestamp: new Date(from).toISOString() })], {
    headers: { v: '1' },
  });
  await publish(broker, topics.timing, [
    timing('driver', {
      driver: 'VER',
      driver_id: 'VER',
      driver_number: 1,
      code: 'VER',
      name: 'Max Verstappen',
      team: 'Red Bull',
      team_colour: '3671c6',
      line: 1,
      has_telemetry: true,
    }),
  ]);
  const rows = ['VER', 'HAM', 'LEC'].flatMap((driver, index) =>
    Array.from({ length: 600 }, (_, i) =>
      row({
        timestampMs: from + i * 100,
        sessionMs: 3_600_000 + i * 100,
        driver,
        driverNumber: index + 1,
        speedKmh: 100 + (i % 200),
        gear: 1 + (i % 8),
      }),
    ),
  );
  await publishRows(broker, config, rows);
  const ended = { state: 'closed', started_at: 3603, ended_at: 3605 } as const;
  await publish(broker, topics.alerts, [alert({ ...ended, description: 'DRS, open' })], { partition: 1 });
  await until(
    async () => (await getJson<{ buffers: { points: number } }>(`${url}/stats`)).body.buffers.points === 1800,
    'rows',
  );
  await until(async () => (await getJson<unknown[]>(`${url}/alerts`)).body.length === 1, 'alert');
  const range = { from: new Date(from).toISOString(), to: new Date(from + 60_000).toISOString() };
  return {
    url,
    query: <T = Item[]>(body: object) =>
      getJson<T>(`${url}/query`, { method: 'POST', body: JSON.stringify({ range, ...body }) }),
  };
}

test("POST /query: Grafana's request, one item for each target and driver, in target order", async (t) => {
  const { query } = await filled(t);
  const { status, body } = await query({
    app: 'dashboard',
    intervalMs: 200,
    maxDataPoints: 50,
    targets: [
      { refId: 'A', target: 'HAM.rpm' },
      { refId: 'B', target: 'speed', payload: { driver: ['VER', 'LEC'] } },
      { refId: 'C', target: 'VER.n_gear', hide: false },
      { refId: 'D', target: 'speed', hide: true },
      { refId: 'E' },
      { refId: 'F', target: 'speed', payload: '{"driver":"HAM"}' },
    ],
  });
  assert.equal(status, 200);
  assert.deepEqual(
    body.map(({ target, refId }) => `${refId} ${target}`),
    ['A HAM.rpm', 'B VER.speed', 'B LEC.speed', 'C VER.n_gear', 'F HAM.speed'],
  );
  for (const { datapoints } of body) {
    assert.ok(datapoints.length > 0 && datapoints.length <= 50);
    assert.ok(
      datapoints.every(
        ([, time], i) => time >= from && time <= from + 60_000 && (i === 0 || time >= datapoints[i - 1]![1]),
      ),
    );
  }
  assert.equal(body[1]?.unit, 'velocitykmh');
  assert.deepEqual(body[1]?.tags, { driver: 'VER' });
});

test('POST /query: ad-hoc filters choose and exclude drivers', async (t) => {
  const { query } = await filled(t);
  const names = async (filters: object[]): Promise<string[]> =>
    (await query({ targets: [{ refId: 'A', target: 'speed' }], filters })).body.map(({ target }) => target);
  assert.deepEqual(await names([{ key: 'driver', operator: '=', value: 'HAM' }]), ['HAM.speed']);
  assert.deepEqual((await names([{ key: 'driver', operator: '!=', value: 'HAM' }])).toSorted(), [
    'LEC.speed',
    'VER.speed',
  ]);
  const only = [{ key: 'driver', operator: '=', value: 'HAM' }];
  const { body } = await query({
    targets: [
      { refId: 'A', target: '(VER|HAM).speed' },
      { refId: 'B', target: 'VER.speed' },
    ],
    filters: only,
  });
  assert.deepEqual(
    body.map(({ target, datapoints }) => [target, datapoints.length > 0]),
    [
      ['HAM.speed', true],
      ['VER.speed', false],
    ],
  );
  assert.match(JSON.stringify(body[1]), /The filter on driver leaves nothing/u);
});

test('F3: an unknown metric or driver is an empty series with a notice, 400 only when every target is wrong', async (t) => {
  const { query } = await filled(t);
  const { status, body } = await query({
    targets: [
      { refId: 'A', target: 'nonsense' },
      { refId: 'B', target: 'VER.speed' },
      { refId: 'C', target: 'XXX.speed' },
      { refId: 'D', target: '$driver.speed' },
    ],
  });
  assert.equal(status, 200);
  assert.deepEqual(
    body.map(({ refId }) => refId),
    ['A', 'B', 'C', 'D'],
  );
  assert.deepEqual(
    body.map(({ datapoints }) => datapoints.length > 0),
    [false, true, false, false],
  );
  assert.match(body[0]?.meta?.notices[0]?.text ?? '', /nonsense/u);
  assert.match(body[2]?.meta?.notices[0]?.text ?? '', /XXX/u);
  assert.match(body[3]?.meta?.notices[0]?.text ?? '', /variable/u);
  assert.equal((await query({ targets: [{ target: 'nonsense' }, { target: 'more' }] })).status, 400);
  assert.deepEqual((await query({ targets: [] })).body, []);
  const outside = await query({ targets: [{ target: 'VER.speed' }], range: { from: 1, to: 2 } });
  assert.deepEqual([outside.status, outside.body[0]?.datapoints], [200, []]);
  const empty = await query({ targets: [{ target: 'VER.speed' }], range: { from, to: from } });
  assert.deepEqual(empty.body[0]?.datapoints, [[100, from]]);
});

test('F4: several drivers in every form give the same series', async (t) => {
  const { query, url } = await filled(t);
  for (const target of [
    '(VER|HAM).speed',
    '{VER,HAM}.speed',
    'VER,HAM.speed',
    'VER|HAM.speed',
    'VER.speed,HAM.speed',
    'ver,ham.speed',
    '(VER.speed|HAM.speed)',
  ]) {
    const { body } = await query({ targets: [{ refId: 'A', target }] });
    assert.deepEqual(
      body.map((item) => item.target),
      ['VER.speed', 'HAM.speed'],
      target,
    );
  }
  for (const target of ['speed', '$__all.speed', '*.speed']) {
    assert.equal((await query({ targets: [{ target }] })).body.length, 3, target);
  }
  const range = `from=${from}&to=${from + 60_000}`;
  const repeated = await getJson<Item[]>(`${url}/query?target=VER.speed&target=HAM.rpm&${range}`);
  assert.deepEqual(
    repeated.body.map(({ target }) => target),
    ['VER.speed', 'HAM.rpm'],
  );
  const driver = await getJson<Item[]>(
    `${url}/query?target=speed&driver=(VER|LEC)&${range}&maxDataPoints=10`,
  );
  assert.deepEqual(
    driver.body.map(({ target }) => target),
    ['VER.speed', 'LEC.speed'],
  );
});

test('POST /query: without maxDataPoints data_retention_points is the bound; too much at once is refused', async (t) => {
  const { query, url } = await filled(t);
  const { body } = await query({ targets: [{ target: 'VER.speed' }] });
  assert.equal(body[0]?.datapoints.length, 600);
  const few = await query({ targets: [{ target: 'VER.speed' }], maxDataPoints: 7.9 });
  assert.ok((few.body[0]?.datapoints.length ?? 99) <= 7);
  const much = await query({
    targets: Array.from({ length: 400 }, () => ({ target: '*.{speed,rpm,gear}' })),
  });
  assert.equal(much.status, 400);
  assert.equal((await fetch(`${url}/`)).status, 200);
});

test('POST /query: tables of values and of alerts, beside series', async (t) => {
  const { query } = await filled(t);
  const { body } = await query<[Table, Table, Item]>({
    targets: [
      { refId: 'A', target: 'VER.speed', type: 'table' },
      { refId: 'B', target: 'alerts' },
      { refId: 'C', target: 'VER.gear', type: 'timeserie' },
    ],
    maxDataPoints: 20,
  });
  const [values, alerts, series] = body;
  assert.deepEqual(
    values.columns.map(({ text }) => text),
    ['Time', 'Driver', 'Speed', 'Age'],
  );
  assert.equal(values.rows.length, 20);
  assert.deepEqual(alerts.rows[0]?.slice(0, 4), [
    from + 3000,
    from + 5000,
    'VER drs status change',
    'DRS, open',
  ]);
  assert.ok(series.datapoints.length > 0);
});

interface Table {
  readonly columns: { text: string }[];
  readonly rows: unknown[][];
}

test('Grafana contracts: search, metrics, payload options, variable, tags and annotations', async (t) => {
  const { url } = await filled(t);
  const post = async <T>(path: string, body: object): Promise<T> =>
    (await getJson<T>(url + path, { method: 'POST', body: JSON.stringify(body) })).body;
  assert.ok((await post<string[]>('/search', {})).includes('speed'));
  assert.deepEqual(await post('/search', { target: 'VER.th' }), ['VER.throttle']);
  const metrics = await post<{ value: string; payloads: { options: { value: string }[] }[] }[]>(
    '/metrics',
    {},
  );
  assert.ok(metrics.some(({ value }) => value === 'wheel_spin'));
  assert.deepEqual(metrics[0]?.payloads[0]?.options.map(({ value }) => value).toSorted(), [
    'HAM',
    'LEC',
    'VER',
  ]);
  assert.equal(
    (await post<object[]>('/metric-payload-options', { metric: 'speed', name: 'driver' })).length,
    3,
  );
  const variable = await post<{ __text: string; __value: string }[]>('/variable', {
    payload: { target: 'drivers' },
  });
  assert.deepEqual(variable[0], { __text: 'Max Verstappen', __value: 'VER' });
  assert.deepEqual(
    (await post<{ text: string }[]>('/tag-keys', {})).map(({ text }) => text),
    ['driver', 'severity', 'alert_type'],
  );
  assert.equal((await post<object[]>('/tag-values', { key: 'driver' })).length, 3);
  const range = { from: new Date(from).toISOString(), to: new Date(from + 60_000).toISOString() };
  const annotation = { name: 'drs', enable: true, query: '#drs' };
  const [one] = await post<Record<string, unknown>[]>('/annotations', { range, annotation });
  assert.deepEqual(one?.['annotation'], annotation);
  assert.deepEqual([one?.['time'], one?.['timeEnd'], one?.['isRegion']], [from + 3000, from + 5000, true]);
  assert.deepEqual(await post('/annotations', { range, annotation: { query: '#brake' } }), []);
  assert.deepEqual(await post('/annotations', { range: { from: 1, to: 2 }, annotation }), []);
});
