import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { checkAnnotation, checkVariables } from '../../../grafana/check/check-extras.ts';
import { checkPanel } from '../../../grafana/check/check-panel.ts';
import { channelsOf, compareSimpod } from '../../../grafana/check/check-simpod.ts';
import { runPanel } from '../../../grafana/check/panel-run.ts';
import type { QueryContext } from '../../../grafana/check/panel-run.ts';
import { isSound, reportJson, reportText } from '../../../grafana/check/report.ts';
import type { Report } from '../../../grafana/check/report.ts';
import type { Dashboard, Panel, Target } from '../../../grafana/query/dashboard.ts';
import type { InfinityTarget } from '../../../grafana/query/infinity.ts';
import { sourceTypes } from '../../../grafana/query/run-target.ts';

const infinity = { type: sourceTypes.infinity, uid: 'f1-infinity' };
const prometheus = { type: sourceTypes.prometheus, uid: 'f1-prometheus' };
const reason = 'CarData.z is not in the recording: there is no speed';
const rules = { lacking: [{ topic: 'CarData.z', reason }], boundMs: 2000 };
const dashboard: Dashboard = {
  uid: 'd',
  title: 'D',
  schemaVersion: 42,
  panels: [],
  time: { from: 'now-5m', to: 'now' },
};

const target = (url: string, change: object = {}): InfinityTarget & Target => ({
  refId: 'A',
  datasource: infinity,
  type: 'json',
  parser: 'backend',
  source: 'url',
  format: 'timeseries',
  url,
  root_selector: 'rows',
  columns: [
    { selector: 't', text: 'Time', type: 'timestamp_epoch' },
    { selector: 'driver', text: 'driver', type: 'string' },
    { selector: 'speed', text: 'speed', type: 'number' },
  ],
  ...change,
});
const panel = (targets: Target[], more: Partial<Panel> = {}): Panel => ({
  id: 1,
  type: 'timeseries',
  title: 'Speed',
  gridPos: { x: 0, y: 0, w: 12, h: 8 },
  targets,
  ...more,
});

const rows = [
  { t: 1000, driver: 'HAM', speed: 300 },
  { t: 1000, driver: 'VER', speed: 301 },
  { t: 2000, driver: 'HAM', speed: 302 },
  { t: 2000, driver: 'VER', speed: 303 },
];
const notice = (text: string): object => ({ notices: [{ severity: 'info', text }] });
const series = (driver: string, points: number[][]): object => ({
  target: driver,
  refId: 'A',
  tags: { driver },
  datapoints: points,
});
const answers: Readonly<Record<string, unknown>> = {
  '/good': { rows, meta: { notices: [] } },
  '/blocks': { rows: [rows[0], rows[2], rows[1], rows[3]] },
  '/lacks': { rows: [{ t: 1000, driver: reason, speed: null }], meta: notice(reason) },
  '/empty': { rows: [{ t: 1000, driver: 'No alerts', speed: null }], meta: notice('No alerts') },
  '/silent': { rows: [], meta: notice(reason) },
  '/paused': { rows, meta: notice('The replay is paused') },
  '/events': {
    rows: [
      { t: 1000, text: 'seek' },
      { t: null, text: 'lost' },
    ],
  },
  '/doubled': { rows: [{ driver: 'VER' }, { driver: 'VER' }] },
  '/query': [
    series('HAM', [[1, 1000]]),
    series('VER', [
      [1, 1000],
      [2, 2000],
    ]),
  ],
};

async function contextOf(
  t: TestContext,
  changed: Readonly<Record<string, unknown>> = {},
): Promise<QueryContext> {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://x').pathname;
    const answer = changed[path] ?? answers[path];
    if (answer === undefined) response.writeHead(404).end('{"error":"there is no such table"}');
    else response.end(JSON.stringify(answer));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  t.after(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const sources = new Map([
    [infinity.uid, { ...infinity, url }],
    ['f1-simpod', { type: sourceTypes.simpod, uid: 'f1-simpod', url }],
  ]);
  return { dashboard, sources, variables: [], nowMs: Date.now(), signal: new AbortController().signal };
}

test('checkPanel() is content with series, and counts rows and time', async (t) => {
  const {
    verdict,
    rows: count,
    ms,
    texts,
  } = await checkPanel(panel([target('/good')]), await contextOf(t), rules);
  assert.deepEqual([verdict, count, texts], ['ok', 2, []]);
  assert.ok(ms > 0);
});

test('checkPanel() fails on errors, rows in driver blocks, unknown columns, slow answers and what it cannot draw', async (t) => {
  const context = await contextOf(t);
  const check = async (checked: Panel, boundMs = 2000): Promise<string> => {
    const { verdict, texts } = await checkPanel(checked, context, { ...rules, boundMs });
    assert.equal(verdict, 'failed');
    return texts.join('; ');
  };
  assert.match(
    await check(panel([target('/nowhere')])),
    /target A: unsuccessful HTTP response, HTTP status code: 404.*there is no such table/,
  );
  assert.match(await check(panel([target('/blocks')])), /target A: rows must be sorted ascending by time/);
  const columns = [{ selector: 'sped', text: 'speed', type: 'number' }];
  assert.match(
    await check(panel([target('/good', { columns, format: 'table' })])),
    /target A: no row has the column "sped"/,
  );
  assert.match(await check(panel([target('/good')]), 0), /target A took \d+ ms, 0 ms at most may pass/);
  assert.match(
    await check(panel([target('/good', { format: 'table' })], { type: 'trend' })),
    /a trend needs 2 numbers in a frame/,
  );
  assert.match(await check(panel([])), /has no query/);
  assert.match(
    await check(panel([target('/good', { datasource: { ...infinity, uid: 'other' } })])),
    /its data source "other" is not there/,
  );
  assert.match(
    await check(panel([target('/good', { root_selector: 'data' })])),
    /it has no "data", check root_selector/,
  );
});

test('checkPanel() lets a panel lack data only for a reason of the session that the panel shows', async (t) => {
  const context = await contextOf(t);
  const shown = await checkPanel(panel([target('/lacks')]), context, rules);
  assert.deepEqual([shown.verdict, shown.texts], ['lacks', [reason]]);
  const text = async (checked: Panel): Promise<string> => {
    const { verdict, texts } = await checkPanel(checked, context, rules);
    assert.equal(verdict, 'failed');
    return texts.join('; ');
  };
  assert.match(await text(panel([target('/silent')])), /does not show why it is empty/);
  const hidden = {
    transformations: [{ id: 'organize', options: { excludeByName: { driver: true } } }],
    type: 'table',
  };
  assert.match(
    await text(panel([target('/lacks', { format: 'table' })], hidden)),
    /does not show why it is empty/,
  );
  assert.match(
    await text(panel([target('/empty')])),
    /no data although the session lacks no topic for it: "No alerts"/,
  );
});

test('checkPanel() takes notices beside data, and a second query without data, for no fault', async (t) => {
  const context = await contextOf(t);
  assert.equal((await checkPanel(panel([target('/paused')]), context, rules)).verdict, 'ok');
  const second = { ...target('/empty'), refId: 'B' };
  assert.equal((await checkPanel(panel([target('/good'), second]), context, rules)).verdict, 'ok');
});

test('checkPanel() lets a panel of Prometheus be empty only in a session without car data, with its own words', async (t) => {
  const given = await contextOf(t, {
    '/api/v1/query_range': { status: 'success', data: { resultType: 'matrix', result: [] } },
  });
  const { url } = given.sources.get(infinity.uid)!;
  const context = {
    ...given,
    sources: new Map([...given.sources, [prometheus.uid, { ...prometheus, url }]]),
  };
  const asked = { refId: 'A', datasource: prometheus, expr: 'f1_x' } as Target;
  const check = async (noValue: string | undefined, lacking = rules.lacking) => {
    const defaults = noValue === undefined ? {} : { noValue };
    const checked = panel([asked], { fieldConfig: { defaults, overrides: [] } });
    const { verdict, texts } = await checkPanel(checked, context, { ...rules, lacking });
    return [verdict, ...texts];
  };
  assert.deepEqual(await check('Needs telemetry'), ['lacks', 'Needs telemetry']);
  assert.deepEqual(await check(undefined), ['failed', 'no rows']);
  assert.deepEqual(await check('Needs telemetry', []), ['failed', 'no rows']);
});

test('checkPanel() skips what is not on this machine, passes texts and channels on', async (t) => {
  const context = await contextOf(t);
  const verdict = async (checked: Panel): Promise<string> =>
    (await checkPanel(checked, context, rules)).verdict;
  assert.equal(await verdict(panel([{ refId: 'A', datasource: prometheus }])), 'skipped');
  assert.equal(await verdict(panel([], { type: 'text' })), 'text');
  const live = { refId: 'A', queryType: 'measurements', datasource: { type: 'datasource', uid: 'grafana' } };
  assert.equal(await verdict(panel([live])), 'live');
});

test('checkPanel() fails on overrides that match nothing and on transformations that name absent fields', async (t) => {
  const context = await contextOf(t);
  const organize = (names: object): Partial<Panel> => ({
    transformations: [{ id: 'organize', options: { renameByName: names } }],
  });
  const override = (matcher: object): Partial<Panel> => ({
    fieldConfig: { defaults: {}, overrides: [{ matcher: matcher as { id: string }, properties: [] }] },
  });
  const cases: [Partial<Panel>, string][] = [
    [organize({ speed: 'km/h' }), ''],
    [
      organize({ velocity: 'km/h' }),
      'transformation organize names a field "velocity", there are Time, driver, speed',
    ],
    [
      { transformations: [{ id: 'sortBy', options: { sort: [{ field: 'lap' }] } }] },
      'transformation sortBy names a field "lap", there are Time, driver, speed',
    ],
    [override({ id: 'byName', options: 'speed' }), ''],
    [override({ id: 'byType', options: 'number' }), ''],
    [
      override({ id: 'byName', options: 'Speed' }),
      'override byName "Speed" matches no field, there are Time, driver, speed',
    ],
  ];
  for (const [more, expected] of cases) {
    const { texts } = await checkPanel(
      panel([target('/good', { format: 'table' })], { type: 'table', ...more }),
      context,
      rules,
    );
    assert.equal(texts.join('; '), expected);
  }
});

test('checkPanel() fails on a table whose columns come in the order of their names', async (t) => {
  const context = await contextOf(t);
  const columns = [
    { selector: 'speed', text: 'Speed', type: 'number' },
    { selector: 'driver', text: 'Driver', type: 'string' },
  ];
  const texts = async (more: Partial<Panel>): Promise<string> => {
    const asked = panel([target('/good', { format: 'table', columns })], { type: 'table', ...more });
    return (await checkPanel(asked, context, rules)).texts.join('; ');
  };
  assert.match(await texts({}), /columns are shown in the order Driver, Speed, the query has Speed, Driver/);
  const indexByName = { Speed: 0, Driver: 1 };
  assert.equal(await texts({ transformations: [{ id: 'organize', options: { indexByName } }] }), '');
  columns.reverse();
  assert.equal(await texts({}), '');
});

test('checkVariables() evaluates by the own queries and fails without choices or with doubled ones', async (t) => {
  const context = await contextOf(t);
  const list = ['good', 'doubled', 'silent', 'nowhere'].map((name) => ({
    name,
    type: 'query',
    datasource: infinity,
    query: {
      queryType: 'infinity',
      infinityQuery: target(`/${name}`, {
        format: 'table',
        columns: [{ selector: 'driver', text: 'driver', type: 'string' }],
      }),
    },
  }));
  const offline = { name: 'topic', type: 'query', datasource: prometheus, query: 'label_values(up, topic)' };
  const shown = { ...dashboard, templating: { list: [...list, offline] } };
  const { variables, outcomes } = await checkVariables({ ...context, dashboard: shown }, rules);
  assert.deepEqual(
    outcomes.map(({ name, outcome: { verdict, texts } }) => [name, verdict, texts.join().slice(0, 40)]),
    [
      ['variable good', 'failed', 'has a choice twice'],
      ['variable doubled', 'failed', 'has a choice twice'],
      ['variable silent', 'failed', 'has no choices'],
      ['variable nowhere', 'failed', 'Cannot ask for variable nowhere: unsucce'],
      ['variable topic', 'skipped', 'Prometheus is not on this machine'],
    ],
  );
  assert.deepEqual(variables.map(({ name, value, options }) => [name, value, options]).slice(0, 3), [
    ['good', 'HAM', ['HAM', 'VER']],
    ['doubled', 'VER', ['VER']],
    ['silent', '', []],
  ]);
});

test('checkAnnotation() wants events with a time and a text, and takes a reason for none', async (t) => {
  const context = await contextOf(t);
  const columns = [
    { selector: 't', text: 'time', type: 'timestamp_epoch' },
    { selector: 'text', text: 'text', type: 'string' },
  ];
  const check = async (url: string, change: object = {}) => {
    const asked = target(url, { format: 'dataframe', columns, ...change });
    const { outcome } = await checkAnnotation(
      { name: 'a', datasource: infinity, target: asked },
      context,
      rules,
    );
    return [outcome.verdict, outcome.texts.join()];
  };
  assert.deepEqual(await check('/events'), ['failed', '1 of 2 rows have no time']);
  assert.deepEqual(await check('/silent'), ['ok', reason]);
  assert.deepEqual(await check('/good', { columns: [columns[0]!] }), ['failed', 'has events without a text']);
  assert.match((await check('/nowhere'))[1]!, /404/);
  const { outcome } = await checkAnnotation({ name: 'a', datasource: infinity }, context, rules);
  assert.deepEqual(outcome.texts, ['has no query']);
});

test('compareSimpod() finds other drivers and other shapes', async (t) => {
  const asked = panel([
    target('/good/api/v1/telemetry', { url_options: { params: [{ key: 'fields', value: 'speed' }] } }),
  ]);
  assert.deepEqual(channelsOf(asked), [{ channel: 'speed', column: 'speed' }]);
  const named = target('/api/v1/telemetry', {
    url_options: { params: [{ key: 'fields', value: 'speed,rpm' }] },
    columns: [
      { selector: 'speed', text: 'Actual', type: 'number' },
      { selector: 't', text: 'Time', type: 'timestamp_epoch' },
    ],
  });
  assert.deepEqual(channelsOf(panel([named])), [{ channel: 'speed', column: 'Actual' }]);
  assert.deepEqual(channelsOf(panel([target('/api/v1/laps')])), []);
  const compare = async (answer: unknown): Promise<string> => {
    const context = await contextOf(t, { '/query': answer, '/good/api/v1/telemetry': answers['/good'] });
    const data = await runPanel(asked, context);
    return (await compareSimpod(asked, data, context, context.sources.get('f1-simpod')!)).join('; ');
  };
  assert.equal(await compare(answers['/query']), '');
  assert.match(
    await compare([series('HAM', [[1, 1000]])]),
    /simPod speed answers drivers HAM, Infinity HAM,VER/,
  );
  assert.match(
    await compare([
      series('HAM', [
        [1, 2000],
        [1, 1000],
      ]),
      series('VER', [[1, 1]]),
    ]),
    /times of a series do not ascend/,
  );
  assert.match(await compare({}), /simPod speed: .*must be an array/);
  const text = { type: 'table', columns: [{ text: 'a', type: 'string' }], rows: [['x']] };
  assert.match(await compare([text]), /a series has string, not time and number/);
});

test('reportText() has a line for each check, totals, and a sentence for everything that is wrong', () => {
  const outcome = { verdict: 'ok' as const, rows: 12, ms: 3.21, texts: [] };
  const sound: Report = {
    session: '2025 Simulated Grand Prix',
    boundMs: 2000,
    lacking: rules.lacking,
    faults: [],
    rows: [
      { dashboard: 'd', panel: 'Speed (1)', outcome },
      {
        dashboard: 'd',
        panel: 'Weather (2)',
        outcome: { ...outcome, verdict: 'lacks', rows: 1, texts: [reason] },
      },
    ],
  };
  assert.equal(isSound(sound), true);
  const text = reportText(sound);
  assert.match(text, /^Session: 2025 Simulated Grand Prix\nlacks CarData.z: /);
  assert.match(text, /^d +Speed \(1\) +12 {2}3.2 {2}ok$/m);
  assert.match(text, /^2 checked: 1 lacks, 1 ok$/m);
  assert.doesNotMatch(text, /wrong/);
  const failed = {
    dashboard: 'd',
    panel: 'RPM (3)',
    outcome: { ...outcome, verdict: 'failed' as const, texts: ['no rows'] },
  };
  const wrong = {
    ...sound,
    rows: [...sound.rows, failed],
    faults: [{ dashboard: 'd', panel: '', text: 'panel id 1 is used twice' }],
  };
  assert.equal(isSound(wrong), false);
  assert.equal(isSound({ ...sound, faults: wrong.faults }), false);
  assert.match(reportText(wrong), /2 wrong:\n- d: panel id 1 is used twice\n- d · RPM \(3\): no rows$/);
  const json = JSON.parse(reportJson(wrong)) as { isSound: boolean; rows: unknown[] };
  assert.equal(json.isSound, false);
  assert.deepEqual(json.rows.at(-1), {
    dashboard: 'd',
    panel: 'RPM (3)',
    verdict: 'failed',
    rows: 12,
    ms: 3.2,
    texts: ['no rows'],
  });
});
