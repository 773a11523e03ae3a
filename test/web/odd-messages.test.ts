import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { openBrowser } from '../support/browser.ts';
import { startFakeBridge } from './fake-bridge.ts';
import { openPage } from './page-driver.ts';
import { buildPage } from './pipeline.ts';

let browser: Browser;
before(async () => {
  await buildPage();
  browser = await openBrowser();
});
after(() => browser.close());

let stamp = 0;
const state = (changes: object = {}) => ({
  timestamp: `t${stamp++}`,
  run: 'r',
  segment: 0,
  status: 'playing',
  reason: null,
  source: 's',
  title: 'A race',
  simulated: false,
  session_time: 100,
  start: 0,
  end: 600,
  lights_out: 10,
  lap_number: 1,
  total_laps: 10,
  speed: 1,
  loop: false,
  drivers: [],
  rows_total: 10,
  rows_dropped: 0,
  loading: null,
  changed_by: null,
  last_command: null,
  last_command_id: null,
  ...changes,
});
const driver = (code: string, more: object = {}) => ({
  message_type: 'driver',
  driver: code,
  driver_number: 1,
  code,
  name: code,
  team: 'T',
  team_colour: '27F4D2',
  line: 1,
  has_telemetry: true,
  ...more,
});
const rows = (fromS: number) => {
  const s = Array.from({ length: 100 }, (_, at) => fromS + at * 0.1);
  return {
    t: s.map((time) => time * 1000),
    s,
    speed: s.map(() => 200),
    rpm: s.map(() => 9000),
    throttle: s.map(() => 50),
    brake: s.map(() => 0),
    gear: s.map(() => 7),
    drs: s.map(() => 8),
  };
};
const snapshot = (changes: object = {}) => ({
  op: 'snapshot',
  run: 'r',
  segment: 0,
  server_time: 0,
  replay: state(),
  timing: [driver('VER'), driver('HAM')],
  alerts: [],
  telemetry: { VER: rows(90), HAM: rows(90) },
  ...changes,
});

test('A6: odd messages do not take the page down', async (t) => {
  const bridge = await startFakeBridge(t);
  bridge.greet = (socket) => {
    socket.send(JSON.stringify({ op: 'hello', run: 'r', segment: 0, broker: null, heartbeat_s: 'ten' }));
    socket.send(JSON.stringify(snapshot()));
  };
  const watched = await openPage(t, browser, `${bridge.url}app/`);
  await watched.untilText('replay-status', /playing/);
  const head = { run: 'r', segment: 0 };
  const odd: (object | string)[] = [
    'not json',
    '[]',
    'null',
    '{"op":"delta"}',
    { op: 'someday', ...head },
    {
      op: 'timing',
      ...head,
      events: { 0: driver('LEC', { name: null, team: undefined, team_colour: 5, line: 'x' }), 1: null },
    },
    {
      op: 'timing',
      ...head,
      events: [
        { message_type: 'race_control', Messages: { 3: { Message: 'as object' } } },
        { message_type: 'position', driver: 'VER', position: null, Lines: {} },
      ],
    },
    {
      op: 'timing',
      ...head,
      events: [
        { message_type: 'lap', driver: 'VER', lap_number: 1, lap_start: null, lap_time: null, stint: 1 },
        { message_type: 'weather', session_time: null },
        { message_type: 'unknown', driver: {} },
      ],
    },
    {
      op: 'timing',
      ...head,
      events: [
        {
          message_type: 'session',
          session_time: null,
          t0: 'not a date',
          event: 'Odd',
          gmt_offset_minutes: 'x',
        },
        { message_type: 'track_status', session_time: 5, status: '99' },
      ],
    },
    {
      op: 'alerts',
      ...head,
      alerts: [
        {
          alert_id: 'a',
          alert_type: 'brand_new',
          severity: 'purple',
          driver: 'ZZZ',
          state: 'open',
          started_at: 95,
          ended_at: 'later',
          value: 'x',
          lap_number: {},
        },
        { alert_id: 7 },
      ],
    },
    {
      op: 'delta',
      ...head,
      telemetry: {
        VER: { s: [101, 102], speed: [null, 'x'] },
        HAM: { s: 'abc' },
        XXX: null,
        YYY: { s: [1] },
      },
    },
    {
      op: 'replay',
      state: state({ speed: null, start: 'x', drivers: {}, loading: 7, schedule_error_ms: 'x' }),
    },
    { op: 'health', status: 5, reasons: 'broken', viewers: null },
    { op: 'error', error: {}, code: 1 },
  ];
  for (const message of odd) bridge.send(message);
  bridge.send({ op: 'timing', ...head, events: [driver('SAI')] });
  await watched.page.locator('.driver-code', { hasText: 'SAI' }).waitFor();
  assert.equal(await watched.page.getByTestId('view-fault').count(), 0);
  bridge.send({ op: 'delta', ...head, telemetry: { VER: rows(103) } });
  await watched.page.waitForFunction(
    () => document.querySelector('.trace-speed .live')?.textContent === '200',
  );
  watched.assertClean();
});

test('A6: a view that fails stays alone, offers a retry and a report', async (t) => {
  const bridge = await startFakeBridge(t);
  bridge.greet = (socket) =>
    socket.send(
      JSON.stringify(
        snapshot({
          timing: [driver('VER'), { message_type: 'weather', session_time: 5, air_temp: 20, track_temp: 30 }],
        }),
      ),
    );
  const watched = await openPage(t, browser, `${bridge.url}app/`);
  const { page } = watched;
  await watched.untilText('replay-status', /playing/);
  await page.evaluate(() => {
    // Stands for a fault in one view: only the weather formats a temperature like this.
    const toFixed: unknown = Reflect.get(Number.prototype, 'toFixed');
    const replace = (value: unknown): void => {
      Reflect.set(Number.prototype, 'toFixed', value);
    };
    replace(function fail(this: number, digits: number): string {
      if (this.valueOf() === 66.6) throw new Error('made to fail');
      return String(Reflect.apply(toFixed as () => string, this, [digits]));
    });
    Object.assign(globalThis, { repair: () => replace(toFixed) });
  });
  bridge.send({
    op: 'timing',
    run: 'r',
    segment: 0,
    events: [{ message_type: 'weather', session_time: 6, air_temp: 66.6 }],
  });
  const fault = page.getByTestId('view-fault');
  await fault.getByText('Weather stopped working').waitFor();
  assert.match((await fault.locator('pre').textContent()) ?? '', /View: Weather[\s\S]*made to fail/);
  bridge.send({ op: 'timing', run: 'r', segment: 0, events: [driver('SAI')] });
  await page.locator('.driver-code', { hasText: 'SAI' }).waitFor();
  await page.evaluate(() => (Reflect.get(globalThis, 'repair') as () => void)());
  await fault.getByRole('button', { name: 'Try again' }).click();
  await page.getByText('66.6').waitFor();
  watched.assertClean();
});

test('loading shows stage, file, size and time left', async (t) => {
  const bridge = await startFakeBridge(t);
  const loading = {
    stage: 'Downloading',
    file: 'CarData.z.jsonStream',
    bytes: 12_400_000,
    total_bytes: 49_600_000,
    eta_s: 95,
  };
  bridge.greet = (socket) =>
    socket.send(
      JSON.stringify(
        snapshot({
          replay: state({ status: 'loading', loading, title: '2023 Monaco Grand Prix, Race' }),
          timing: [],
          telemetry: {},
        }),
      ),
    );
  const watched = await openPage(t, browser, `${bridge.url}app/`);
  await watched.untilText(
    'loading',
    /Opening 2023 Monaco Grand Prix, Race.*Downloading.*CarData\.z\.jsonStream.*12 MB of 50 MB.*1 min 35 s left/,
  );
  assert.equal(await watched.page.locator('progress').getAttribute('value'), '0.25');
  watched.assertClean();
});

test('what the page shows as playing, speed and loop is what the replay reports, not what was asked for', async (t) => {
  const bridge = await startFakeBridge(t);
  bridge.greet = (socket) => socket.send(JSON.stringify(snapshot()));
  const watched = await openPage(t, browser, `${bridge.url}app/`);
  const { page } = watched;
  await watched.untilText('replay-status', /playing/);
  await page.getByTestId('play').click();
  await watched.untilText('replay-status', /playing · pause …/);
  await page.getByTestId('speed').selectOption('10');
  assert.equal(await page.getByTestId('speed').inputValue(), '1');
  assert.equal(await page.getByTestId('play').getAttribute('aria-label'), 'Pause');
  bridge.send({
    op: 'replay',
    state: state({
      status: 'paused',
      speed: 10,
      last_command: 'speed',
      last_command_id: 'c2',
      changed_by: 'page',
    }),
  });
  await watched.untilText('replay-status', /^paused$/);
  assert.equal(await page.getByTestId('play').getAttribute('aria-label'), 'Play');
  assert.equal(await page.getByTestId('speed').inputValue(), '10');
  assert.deepEqual(bridge.commands, [{ command: 'pause' }, { command: 'speed', value: 10 }]);
  bridge.answerCommand = () => ({
    status: 503,
    body: { error: 'The broker does not answer', code: 'F1_BRIDGE_UNAVAILABLE', hint: 'Start the broker' },
  });
  await page.getByTestId('play').click();
  await watched.untilText(
    'command-problem',
    /The broker does not answer.*Start the broker.*F1_BRIDGE_UNAVAILABLE/,
  );
  watched.assertClean({ allowNetwork: true });
});

test('the page fits a phone, a tablet, a laptop and a wall without overflowing sideways', async (t) => {
  const bridge = await startFakeBridge(t);
  bridge.greet = (socket) => socket.send(JSON.stringify(snapshot()));
  for (const [width, height] of [
    [390, 844],
    [820, 1180],
    [1280, 720],
    [3840, 2160],
  ] as const) {
    const watched = await openPage(t, browser, `${bridge.url}app/`, { width, height });
    await watched.untilText('replay-status', /playing/);
    const sizes = await watched.page.evaluate(() => {
      const plots = [...document.querySelectorAll('.plot')].map((plot) => plot.getBoundingClientRect());
      return {
        overflow: document.documentElement.scrollWidth - innerWidth,
        narrowest: Math.min(...plots.map((box) => box.width)),
        lowest: Math.min(...plots.map((box) => box.height)),
      };
    });
    assert.ok(sizes.overflow <= 0, `${width}: ${sizes.overflow} px too wide`);
    assert.ok(sizes.narrowest > 200 && sizes.lowest > 24, `${width}: ${JSON.stringify(sizes)}`);
    watched.assertClean();
    await watched.page.close();
  }
});
