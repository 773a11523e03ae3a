import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createAnswerCache } from '../../../src/bridge/rest/answer-cache.ts';
import { tables } from '../../../src/bridge/rest/tables/index.ts';
import { beginMs, createWorld, rowsEach } from './world.ts';

const range = `from=${beginMs}&to=${beginMs + 120_000}`;

test('F4: several drivers and metrics in every spelling, All, nobody twice', async (t) => {
  const { ask } = await createWorld(t);
  const spellings = [
    'driver=VER,HAM',
    'driver=(VER|HAM)',
    'driver={VER,HAM}',
    'driver=VER|HAM',
    'driver=VER&driver=HAM',
    'driver=1,44',
    'driver=ver,HAM,VER',
    'driver=["VER","HAM"]',
  ];
  for (const spelling of spellings) {
    const { status, body } = await ask(`telemetry?${encodeURI(spelling)}&${range}&fields=(speed|rpm)`);
    assert.equal(status, 200, spelling);
    assert.deepEqual([...new Set(body.rows.map(({ driver }) => driver))].sort(), ['HAM', 'VER'], spelling);
    assert.deepEqual(Object.keys(body.rows[0]!), ['t', 'driver', 'speed', 'rpm']);
  }
  for (const all of ['driver=$__all', 'driver=*', 'driver=', 'driver=All', ''])
    assert.equal(new Set((await ask(`laps?${all}`)).body.rows.map(({ driver }) => driver)).size, 3, all);
  for (const variable of ['driver=$driver', 'driver=${driver:csv}', 'fields=[[metric]]']) {
    const { status, body } = await ask(`telemetry?${encodeURI(variable)}`);
    assert.equal(status, 400);
    assert.match(body.error ?? '', /not replaced/);
  }
  // Never a pattern.
  assert.equal((await ask(`laps?driver=${encodeURIComponent('V.R')}`)).body.rows.length, 0);
});

test('ranges: the future is empty and says why, a reversed one is refused, a million points are bounded', async (t) => {
  const { ask, app } = await createWorld(t);
  const future = await ask(`telemetry?from=${beginMs + 1e9}&to=${beginMs + 2e9}`);
  assert.equal(future.status, 200);
  assert.equal(future.body.rows.length, 0);
  assert.equal(future.body.meta.notices.length, 1);
  const bad = [
    'from=2000&to=1000',
    'from=tomorrow',
    'time=session&from=9&to=3',
    'time=session&from=2023-05-28T12:00:00Z',
    'maxPoints=-5',
    'maxPoints=NaN',
    'maxPoints=0',
    'limit=-1',
    'time=local',
    'format=xml',
    'fill=next',
    'fields=nonsense',
    'notice=always',
  ];
  for (const query of bad) {
    const { status, body } = await ask(`telemetry?${query}`);
    assert.equal(status, 400, query);
    for (const key of ['error', 'code', 'hint'] as const)
      assert.ok((body[key] ?? '').length > 5, `${query}: ${key}`);
  }
  const million = await app.inject({ url: `/api/v1/telemetry?${range}&maxPoints=1000000&fields=speed` });
  assert.equal(million.statusCode, 200);
  const tooMuch = await ask(`telemetry?${range}&maxPoints=1000000`);
  assert.deepEqual([tooMuch.status, tooMuch.body.code], [400, 'F1_BRIDGE_QUERY']);
});

test('a range that only begins in the future is empty, no reversed one; what can only be of now says what holds', async (t) => {
  const { ask } = await createWorld(t);
  for (const name of ['telemetry', ...Object.keys(tables)]) {
    const extra = name === 'compare' ? '&driverA=VER&driverB=HAM' : '';
    const { status, body } = await ask(`${name}?from=${beginMs + 1e9}${extra}`);
    assert.equal(status, 200, `${name}: ${body.error ?? ''}`);
    const isHistory =
      /^(?:telemetry|laps|stints|gaps|alerts|gears|episodes|race-control|track-status|replay-events)$/u;
    if (!isHistory.test(name)) continue;
    assert.equal(body.rows.length, 0, name);
    assert.equal(body.meta.notices.length, 1, name);
  }
  for (const name of ['stints', 'gaps', 'track-status'])
    assert.equal((await ask(`${name}?fill=previous&from=${beginMs + 1e9}`)).body.rows.length, 0, name);
});

test('what a notice quotes cannot break the answer: any letter, half a letter, quotes, line ends', async (t) => {
  const { app } = await createWorld(t);
  const odd = [
    '\u{1f600}',
    'Ünï',
    '\ud83d',
    'a"b',
    'a\r\nx-evil: 1',
    '\u0000',
    'a\u2028b',
    `${'x'.repeat(19)}\u{1f600}`,
  ];
  for (const text of odd) {
    for (const [name, format] of [
      ['laps', 'csv'],
      ['laps', 'json'],
      ['telemetry', 'csv'],
      ['telemetry', 'json'],
    ] as const) {
      const query = new URLSearchParams({ driver: text, format, notice: 'row' });
      const response = await app.inject({ url: `/api/v1/${name}?${query.toString()}` });
      assert.equal(response.statusCode, 200, `${name} ${format} ${JSON.stringify(text)}`);
      assert.equal(response.headers['x-evil'], undefined);
      if (format === 'json') response.json();
      else {
        const notices = JSON.parse(String(response.headers['x-notices'])) as { text: string }[];
        assert.match(notices[0]!.text, /^No driver /u);
      }
    }
  }
  for (const path of ['laps?driver=%ff%fe', 'laps?driver=%zz', 'laps?%zz=%zz', 'telemetry?from=%00'])
    assert.ok((await app.inject({ url: `/api/v1/${path}` })).statusCode <= 400, path);
  for (const path of ['la%zzps', '%ff', 'nope', '', 'laps/1', '../metrics/x']) {
    const response = await app.inject({ url: `/api/v1/${path}` });
    assert.ok(response.statusCode === 400 || response.statusCode === 404, path);
    const { error, code, hint } = response.json<Record<string, string>>();
    assert.ok(error && code && hint, path);
  }
  const posted = await app.inject({ method: 'POST', url: '/api/v1/laps' });
  assert.deepEqual([posted.statusCode, posted.json<{ code: string }>().code], [405, 'F1_BRIDGE_METHOD']);
});

test('F4: the drivers of a comparison are read like every driver parameter', async (t) => {
  const { ask } = await createWorld(t);
  for (const [a, b] of [
    ['VER', 'HAM'],
    ['ver', '44'],
    ['{VER}', '(HAM)'],
    ['VER,LEC', 'HAM|LEC'],
  ] as const) {
    const query = new URLSearchParams({ driverA: a, lapA: '5', driverB: b, lapB: '5' });
    const { body } = await ask(`compare?${query.toString()}`);
    assert.equal(body.rows[0]?.['pair'], 'HAM behind VER', `${a} ${b}`);
  }
  for (const [a, b] of [
    ['$driver', 'HAM'],
    ['VER', '${driverB}'],
    ['VER', '$__all'],
    ['VER', ''],
  ] as const) {
    const { status, body } = await ask(
      `compare?${new URLSearchParams({ driverA: a, driverB: b }).toString()}`,
    );
    assert.equal(status, 400, `${a} ${b}`);
    assert.ok(body.error !== undefined && body.code !== undefined && body.hint !== undefined);
  }
});

test('an unknown column beside a known one is named in a notice; limits hold for every table', async (t) => {
  const { ask } = await createWorld(t);
  for (const name of ['laps', 'positions', 'telemetry']) {
    const known = name === 'laps' ? 'lap_number' : 'speed';
    const { body } = await ask(`${name}?fields=${known},nonsense,t&${range}`);
    assert.ok(
      body.meta.notices.some(({ text }) => text.includes('nonsense')),
      name,
    );
    assert.ok(!body.meta.notices.some(({ text }) => /\bt\b/u.test(text)), name);
  }
  for (const name of ['telemetry', ...Object.keys(tables)]) {
    if (name === 'telemetry') continue;
    const extra = name === 'compare' ? '&driverA=VER&lapA=5&driverB=HAM&lapB=5' : '';
    const { body } = await ask(`${name}?limit=1${extra}`);
    assert.ok(body.rows.length <= 1, `${name}: ${body.rows.length}`);
  }
});

test('compression is agreed on as HTTP has it', async (t) => {
  const { app } = await createWorld(t);
  const url = `/api/v1/telemetry?${range}&fields=speed`;
  const encodingOf = async (accept: string): Promise<unknown> =>
    (await app.inject({ url, headers: { 'accept-encoding': accept } })).headers['content-encoding'];
  for (const accept of ['gzip', 'gzip, deflate, br', 'br;q=1.0, gzip;q=0.8', 'GZIP'])
    assert.equal(await encodingOf(accept), 'gzip', accept);
  for (const accept of [
    '',
    'identity',
    'br',
    'gzip;q=0',
    'gzip;q=0.0',
    'gzip; q=0 , br',
    'deflate, gzip ;q=0.00',
  ])
    assert.equal(await encodingOf(accept), undefined, accept);
});

test('a variable with a thousand values and a driver that nobody is', async (t) => {
  const { ask } = await createWorld(t);
  const many = Array.from({ length: 1000 }, (_, i) => `D${i}`).join(',');
  const { status, body } = await ask(`laps?driver=${many},VER`);
  assert.equal(status, 200);
  assert.equal(body.rows.length, 3);
  assert.match(body.meta.notices[0]!.text, /and 995 more/);
  const nobody = await ask('telemetry?driver=XXX');
  assert.deepEqual([nobody.status, nobody.body.rows.length], [200, 0]);
});

test('whatever is asked: 200 or 4xx with error, code and hint, never a crash', async (t) => {
  const { app } = await createWorld(t);
  const value = fc.oneof(
    fc.string({ maxLength: 30 }),
    fc.integer().map(String),
    fc.constantFrom(
      '',
      '$__all',
      '(VER|HAM)',
      '-1',
      '1e99',
      'NaN',
      'null',
      '[]',
      '{}',
      '\u0000',
      '2023-13-45',
      'now-5m',
      'best',
      'row',
      'previous',
      'csv',
    ),
  );
  const key = fc.constantFrom(
    'driver',
    'fields',
    'from',
    'to',
    'time',
    'maxPoints',
    'limit',
    'fill',
    'notice',
    'format',
    'by',
    'of',
    'min_s',
    'caution',
    'severity',
    'driverA',
    'driverB',
    'lapA',
    'lapB',
    'form',
    'x',
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('telemetry', ...Object.keys(tables)),
      fc.array(fc.tuple(key, value), { maxLength: 6 }),
      async (name, pairs) => {
        const query = new URLSearchParams(pairs.map(([a, b]): [string, string] => [a, b])).toString();
        const response = await app.inject({ url: `/api/v1/${name}?${query.toString()}` });
        assert.ok(
          response.statusCode === 200 || (response.statusCode >= 400 && response.statusCode < 500),
          `${name}?${query}: ${response.statusCode} ${response.body.slice(0, 200)}`,
        );
        assert.ok(response.rawPayload.length < 5_000_000);
        if (response.statusCode === 200) return;
        const body = response.json<{ error?: string; code?: string; hint?: string }>();
        assert.ok(body.error !== undefined && body.code !== undefined && body.hint !== undefined);
      },
    ),
    { numRuns: 600 },
  );
});

test('createAnswerCache: made once for those who wait, bounded, and an answer that failed is not kept', async () => {
  const cache = createAnswerCache();
  let made = 0;
  const make = (bytes: number) => async () => {
    made++;
    await new Promise((done) => setTimeout(done, 5));
    return { body: Buffer.alloc(bytes), notices: [] };
  };
  const [a, b] = await Promise.all([cache.get('k', 0, 100, make(10)), cache.get('k', 1, 100, make(10))]);
  assert.equal(a, b);
  assert.equal(made, 1);
  await cache.get('k', 200, 300, make(10));
  assert.equal(made, 2);
  const fail = (): Promise<never> => Promise.reject(new Error('no'));
  await assert.rejects(cache.get('f', 0, 100, fail));
  await cache.get('f', 1, 100, make(1));
  for (let i = 0; i < 300; i++) await cache.get(`n${i}`, 1000, 2000, make(200_000));
  await new Promise((done) => setTimeout(done, 20));
  assert.ok(cache.bytes <= 16_500_000, String(cache.bytes));
});

test('maxPoints: a million in any spelling is answered with what there is, and no answer has more than was asked', async (t) => {
  const { ask } = await createWorld(t);
  for (const most of ['1000000', '1e6', '1e400', '2.5e3']) {
    const { status, body } = await ask(`telemetry?driver=VER&fields=speed&maxPoints=${most}`);
    assert.equal(status, 200, most);
    assert.equal(body.rows.length, rowsEach, most);
  }
  for (const most of [1, 2, 3, 4, 5]) {
    const { body } = await ask(`telemetry?driver=VER&fields=speed&maxPoints=${most}`);
    assert.ok(body.rows.length >= 1 && body.rows.length <= most, `${body.rows.length} of ${most}`);
  }
});
