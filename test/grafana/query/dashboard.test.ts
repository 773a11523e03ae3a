import assert from 'node:assert/strict';
import { test } from 'node:test';
import { annotationEvents } from '../../../grafana/query/annotations.ts';
import { askOptions } from '../../../grafana/query/ask-options.ts';
import {
  evaluateVariables,
  optionsOfFrame,
  refineOptions,
  selectDefault,
} from '../../../grafana/query/dashboard-variables.ts';
import {
  annotationsOf,
  orderVariables,
  panelsOf,
  targetsOf,
  timeOf,
} from '../../../grafana/query/dashboard.ts';
import type { Dashboard, Panel, VariableModel } from '../../../grafana/query/dashboard.ts';
import type { QueryFrame } from '../../../grafana/query/frame.ts';
import { isLiveTarget, liveChannel } from '../../../grafana/query/live.ts';

const panel = (id: number, more: Partial<Panel> = {}): Panel => ({
  id,
  type: 'stat',
  gridPos: { x: 0, y: 0, w: 1, h: 1 },
  ...more,
});
const dashboard = (more: Partial<Dashboard>): Dashboard => ({
  uid: 'd',
  title: 'D',
  schemaVersion: 42,
  panels: [],
  ...more,
});
const variable = (name: string, more: Partial<VariableModel> = {}): VariableModel => ({
  name,
  type: 'query',
  ...more,
});
const options = ['VER', 'HAM', 'ALO'].map((value) => ({ value, text: `Driver ${value}` }));

test("panelsOf() opens rows; targetsOf() leaves hidden queries out and sends the others to the panel's source", () => {
  const rows = [
    panel(1),
    panel(2, { type: 'row', collapsed: true, panels: [panel(3)] }),
    panel(4, { type: 'row' }),
    panel(5),
  ];
  assert.deepEqual(
    panelsOf({ panels: rows }).map(({ id }) => id),
    [1, 3, 5],
  );
  const source = { type: 'x', uid: 'f1' };
  const own = { type: 'y', uid: 'own' };
  const targets = [{ refId: 'A' }, { refId: 'B', hide: true }, { refId: 'C', datasource: own }];
  assert.deepEqual(targetsOf(panel(1, { datasource: source, targets })), [
    { refId: 'A', datasource: source },
    { refId: 'C', datasource: source },
  ]);
  for (const mixed of [{}, { datasource: { type: 'datasource', uid: '-- Mixed --' } }])
    assert.deepEqual(targetsOf(panel(1, { ...mixed, targets })).at(-1), { refId: 'C', datasource: own });
});

test('annotationsOf() leaves out what Grafana keeps itself, and nothing that can be switched on', () => {
  const datasource = { type: 'x', uid: 'f1' };
  const list = [
    { name: 'own', builtIn: 1, enable: true, datasource: { type: 'grafana', uid: '-- Grafana --' } },
    { name: 'off', enable: false, datasource },
    { name: 'drs', enable: true, datasource },
  ];
  assert.deepEqual(
    annotationsOf(dashboard({ annotations: { list } })).map(({ name }) => name),
    ['off', 'drs'],
  );
});

test('orderVariables() puts each variable after those it names, and refuses a circle', () => {
  const list = [
    variable('lap', { query: { url: '?driver=${driver:csv}' } }),
    variable('driver', { query: '[[team]]' }),
    variable('team'),
    variable('driver2'),
  ];
  assert.deepEqual(
    orderVariables(dashboard({ templating: { list } })).map(({ name }) => name),
    ['team', 'driver', 'lap', 'driver2'],
  );
  const circle = [variable('a', { query: '$b' }), variable('b', { query: '$a' })];
  assert.throws(
    () => orderVariables(dashboard({ templating: { list: circle } })),
    /a, b depend on each other/,
  );
});

test('selectDefault() selects what Grafana selects', () => {
  const select = (more: Partial<VariableModel>, choices = options) => {
    const { value, text } = selectDefault(variable('driver', more), choices);
    return { value, text };
  };
  const stored = { current: { value: 'HAM', text: 'HAM' } };
  assert.deepEqual(select(stored), { value: 'HAM', text: 'Driver HAM' });
  assert.deepEqual(
    select({ current: { value: 'gone', text: 'Driver ALO' } }),
    { value: 'ALO', text: 'Driver ALO' },
    'found by its text',
  );
  assert.deepEqual(select({ current: { value: 'gone', text: 'gone' } }), {
    value: 'VER',
    text: 'Driver VER',
  });
  assert.deepEqual(select({ ...stored, multi: true }), { value: ['HAM'], text: ['Driver HAM'] });
  assert.deepEqual(select({ multi: true, current: { value: ['ALO', 'gone', 'VER'] } }), {
    value: ['ALO', 'VER'],
    text: ['Driver ALO', 'Driver VER'],
  });
  assert.deepEqual(select({ multi: true }), { value: ['VER'], text: ['Driver VER'] });
  assert.deepEqual(select({ multi: true, includeAll: true }), { value: ['$__all'], text: ['All'] });
  assert.deepEqual(select({ includeAll: true, current: { value: '$__all', text: 'All' } }), {
    value: '$__all',
    text: 'All',
  });
  assert.deepEqual(select({}, []), { value: '', text: '' });
  assert.deepEqual(select({ multi: true }, []), { value: [], text: [] });
  assert.deepEqual(select({ includeAll: true }, []), { value: '$__all', text: 'All' });
});

test('evaluateVariables() asks in order, with what is known; a choice of the caller replaces the stored one', async () => {
  const list = [
    variable('lap', { query: '$driver' }),
    variable('driver', { query: 'drivers', multi: true }),
    variable('points', { type: 'custom', query: String.raw`1, Many : 1000, a\,b` }),
    variable('name', { type: 'textbox', query: 'x' }),
  ];
  const asked: string[] = [];
  const found = await evaluateVariables(
    dashboard({ templating: { list } }),
    (model, known) => {
      asked.push(`${model.name} after ${known.map(({ name }) => name).join(',')}`);
      return Promise.resolve(options);
    },
    { driver: ['HAM', 'ALO'] },
  );
  assert.deepEqual(asked, ['driver after ', 'lap after driver']);
  assert.deepEqual(
    found.map(({ name, value }) => [name, value]),
    [
      ['driver', ['HAM', 'ALO']],
      ['lap', 'VER'],
      ['points', '1'],
      ['name', 'x'],
    ],
  );
  assert.deepEqual(found[2]?.options, ['1', '1000', 'a,b']);
  await assert.rejects(
    evaluateVariables(dashboard({ templating: { list: [variable('x', { type: 'adhoc' })] } }), () =>
      Promise.resolve([]),
    ),
    /its type is adhoc/,
  );
});

test('evaluateVariables() puts choices of its own before or after those of the query, and asks for data sources', async () => {
  const own = [{ text: 'best', value: 'best' }];
  const list = [
    variable('lap', { staticOptions: own, current: { value: 'best', text: 'best' } }),
    variable('after', { staticOptions: own, staticOptionsOrder: 'after' }),
    variable('source', { type: 'datasource', query: 'prometheus', current: { value: 'HAM', text: '' } }),
  ];
  const found = await evaluateVariables(dashboard({ templating: { list } }), () => Promise.resolve(options));
  assert.deepEqual(
    found.map(({ value, options: choices }) => [value, choices?.join()]),
    [
      ['best', 'best,VER,HAM,ALO'],
      ['VER', 'VER,HAM,ALO,best'],
      ['HAM', 'VER,HAM,ALO'],
    ],
  );
  const sorted = [variable('x', { staticOptions: own, staticOptionsOrder: 'sorted' })];
  await assert.rejects(
    evaluateVariables(dashboard({ templating: { list: sorted } }), () => Promise.resolve(options)),
    /staticOptionsOrder is sorted, must be before or after/,
  );
});

test('askOptions() lists the sources of a type, and finds a source behind a variable', async () => {
  const sources = new Map([
    ['a', { uid: 'a', name: 'A', type: 'prometheus', url: 'http://127.0.0.1:9' }],
    ['b', { uid: 'b', type: 'prometheus', url: 'http://127.0.0.1:9' }],
    ['c', { uid: 'c', type: 'other', url: 'http://127.0.0.1:9' }],
  ]);
  const context = { sources, range: { fromMs: 0, toMs: 1000 }, intervalMs: 1, maxDataPoints: 1, fetch };
  const model = variable('source', { type: 'datasource', query: 'prometheus' });
  assert.deepEqual(await askOptions(model, [], context), [
    { text: 'A', value: 'a' },
    { text: 'b', value: 'b' },
  ]);
  const behind = variable('topic', { datasource: { uid: '${source}' }, query: 'topics()' });
  await assert.rejects(
    askOptions(behind, [{ name: 'source', value: 'a' }], context),
    /must be label_values\(metric, label\)/,
  );
  await assert.rejects(askOptions(behind, [], context), /its data source "\$\{source\}" is not there/);
});

test('optionsOfFrame() reads __text and __value, two fields, or the first', () => {
  const frame = (...fields: [string, unknown[]][]): QueryFrame => ({
    refId: 'A',
    name: 'A',
    fields: fields.map(([name, values]) => ({ name, type: 'string', values })),
  });
  const expected = [{ text: 'Max', value: 'VER' }];
  assert.deepEqual(optionsOfFrame(frame(['__text', ['Max']], ['__value', ['VER']], ['a', [1]])), expected);
  assert.deepEqual(optionsOfFrame(frame(['a', ['Max']], ['b', ['VER']])), expected);
  assert.deepEqual(optionsOfFrame(frame(['a', [1]], ['b', [2]], ['c', [3]])), [{ text: '1', value: '1' }]);
  assert.deepEqual(optionsOfFrame(frame()), []);
  assert.deepEqual(optionsOfFrame(undefined), []);
});

test('refineOptions() filters by regex, drops doubled values and sorts', () => {
  const of = (...values: string[]) => values.map((value) => ({ value, text: value }));
  const refined = (values: string[], more: Partial<VariableModel>) =>
    refineOptions(of(...values), variable('x', more)).map(({ value }) => value);
  assert.deepEqual(refined(['b', 'a', 'b'], {}), ['b', 'a']);
  assert.deepEqual(refined(['b', 'a', 'C'], { sort: 1 }), ['C', 'a', 'b']);
  assert.deepEqual(refined(['b', 'a', 'C'], { sort: 5 }), ['a', 'b', 'C']);
  assert.deepEqual(refined(['lap 9', 'lap 10'], { sort: 4 }), ['lap 10', 'lap 9']);
  assert.deepEqual(refined(['lap 9', 'other'], { regex: '/lap (\\d+)/' }), ['9']);
  assert.deepEqual(refineOptions(of('VER|Max'), variable('x', { regex: '(?<value>.+)\\|(?<text>.+)' })), [
    { text: 'Max', value: 'VER' },
  ]);
  assert.throws(() => refined(['a'], { sort: 9 }), /sort is 9, must be 0 to 6/);
});

test('timeOf() reads relative and absolute times', () => {
  const nowMs = 1_685_278_800_000;
  assert.deepEqual(
    ['now', 'now-5m', 'now+1h', 'now-250ms', '1685278800001', '2023-05-28T13:00:00Z'].map(
      (text) => timeOf(text, nowMs) - nowMs,
    ),
    [0, -300_000, 3_600_000, -250, 1, 0],
  );
  assert.throws(() => timeOf('yesterday', nowMs), /it must be now-5m/);
});

test('annotationEvents() reads regions, moments and tags in order of time', () => {
  const frame: QueryFrame = {
    refId: 'Anno',
    name: 'Anno',
    fields: [
      { name: 'tags', type: 'string', values: ['drs, VER', null, ''] },
      { name: 'text', type: 'string', values: ['open', 'seek', null] },
      { name: 'time', type: 'time', values: [2000, 1000, null] },
      { name: 'timeEnd', type: 'time', values: [2500, 1000, 3000] },
      { name: 'title', type: 'string', values: ['DRS', null, 'x'] },
    ],
  };
  assert.deepEqual(annotationEvents([frame]), [
    { time: 1000, text: 'seek', tags: [] },
    { time: 2000, timeEnd: 2500, title: 'DRS', text: 'open', tags: ['drs', 'VER'] },
  ]);
  assert.deepEqual(annotationEvents([{ ...frame, fields: [] }]), []);
});

test('liveChannel() replaces the variable and refuses what Grafana Live would', () => {
  const scope = {
    variables: [
      { name: 'driver', value: 'VER' },
      { name: 'two', value: ['VER', 'HAM'] },
    ],
    fromMs: 0,
    toMs: 1,
    intervalMs: 1,
  };
  const target = { refId: 'A', queryType: 'measurements', channel: 'stream/f1/${driver}' };
  assert.equal(isLiveTarget(target), true);
  assert.equal(isLiveTarget({}), false);
  assert.equal(liveChannel(target, scope), 'stream/f1/VER');
  for (const channel of ['stream/f1/$two', 'stream/f1', 'f1/VER', `stream/f1/${'x'.repeat(160)}`, '']) {
    assert.throws(() => liveChannel({ ...target, channel }, scope), /a channel is scope\/stream\/path/);
  }
});
