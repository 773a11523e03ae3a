import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { faultsOfType } from '../../../grafana/check/declared-types.ts';
import { typesOfPanel } from '../../../grafana/check/panel-schema.ts';
import { readSources, resolveSources } from '../../../grafana/check/sources.ts';
import { checkStatically } from '../../../grafana/check/static-checks.ts';
import type { Dashboard, Panel } from '../../../grafana/query/dashboard.ts';

const datasource = { type: 'yesoreyeram-infinity-datasource', uid: 'f1-infinity' };
const sources = [{ uid: 'f1-infinity', type: datasource.type }];
const sound: Panel = {
  id: 1,
  type: 'timeseries',
  title: 'Speed',
  description: 'Speed of each car',
  gridPos: { x: 0, y: 0, w: 12, h: 8 },
  datasource,
  targets: [{ refId: 'A' }],
  options: { legend: {}, tooltip: {} },
  fieldConfig: {
    defaults: { unit: 'velocitykmh', custom: { lineWidth: 1, spanNulls: true } },
    overrides: [],
  },
};
const dashboard: Dashboard = { uid: 'd', title: 'D', schemaVersion: 42, panels: [sound] };

/** Sentences about a dashboard with one panel that is changed. */
function textsOf(change: Partial<Panel>): string[] {
  const panels = [{ ...sound, ...change }];
  return checkStatically([{ file: 'd.json', dashboard: { ...dashboard, panels } }], sources).map(
    ({ text }) => text,
  );
}

const override = (id: string, value: unknown = 1, matcher = 'byName') => ({
  fieldConfig: {
    defaults: { unit: 'none' },
    overrides: [{ matcher: { id: matcher, options: 'x' }, properties: [{ id, value }] }],
  },
});

const settings = (more: object): Partial<Panel> => ({
  fieldConfig: { defaults: { unit: 'none', ...more }, overrides: [] },
});
const custom = (more: object): Partial<Panel> => settings({ custom: more });

test('checkStatically() finds nothing in a sound dashboard', () => {
  assert.deepEqual(checkStatically([{ file: 'd.json', dashboard }], sources), []);
});

test('checkStatically() names each fault of a panel', () => {
  const cases: [Partial<Panel>, RegExp][] = [
    [{ type: 'speedometer' }, /panel type "speedometer" is unknown/],
    [{ description: '' }, /has no description/],
    [{ gridPos: { x: 16, y: 0, w: 12, h: 8 } }, /lies outside the grid/],
    [{ options: { legendary: {} } }, /option\.legendary is unknown/],
    [{ options: { legend: { calcs: ['latest'] } } }, /calculation "latest" is unknown/],
    [override('color', { mode: 'rainbow' }), /colour mode "rainbow" is unknown/],
    [
      { fieldConfig: { defaults: { unit: 'none', color: { mode: 'team' } }, overrides: [] } },
      /colour mode "team" is unknown/,
    ],
    [{ transformations: [{ id: 'organise' }] }, /transformation "organise" is unknown/],
    [{ fieldConfig: { defaults: {}, overrides: [] } }, /has no unit/],
    [{ fieldConfig: { defaults: { unit: 'kmh' }, overrides: [] } }, /unit "kmh" is unknown/],
    [
      { fieldConfig: { defaults: { unit: 'none', colour: 1 }, overrides: [] } },
      /field setting\.colour is unknown/,
    ],
    [
      { fieldConfig: { defaults: { unit: 'none', custom: { width: 1 } }, overrides: [] } },
      /field setting custom\.width is unknown/,
    ],
    [override('custom.cellOptions'), /override custom\.cellOptions is unknown/],
    [override('colour'), /override property "colour" is unknown/],
    [override('unit', 'kmh'), /override has the unknown unit "kmh"/],
    [override('unit', 'none', 'byNickname'), /override matcher "byNickname" is unknown/],
    [
      { datasource: { ...datasource, uid: 'other' } },
      /data source uid "other" is not provisioned: known are f1-infinity/,
    ],
    [
      { datasource: { ...datasource, type: 'prometheus' } },
      /f1-infinity is of type yesoreyeram-infinity-datasource, not prometheus/,
    ],
    [{ targets: [{ refId: 'A' }, { refId: 'A' }] }, /target A is there twice/],
    [
      { targets: [{ refId: 'A', datasource: { ...datasource, uid: 'nope' } }] },
      /target A has the source nope, Grafana asks the panel's, f1-infinity/,
    ],
    [{ options: { legend: { placement: 'top' } } }, /option\.legend\.placement is "top", it must be one of/],
    [{ options: { tooltip: { mode: 'all' } } }, /option\.tooltip\.mode is "all"/],
    [custom({ drawStyle: 'lines' }), /drawStyle is "lines", it must be one of .*line/],
    [custom({ stacking: { mode: 'sum' } }), /stacking\.mode is "sum"/],
    [custom({ lineWidth: 'thick' }), /lineWidth is no number: "thick"/],
    [settings({ thresholds: { mode: 'absolut', steps: [] } }), /thresholds\.mode is "absolut"/],
    [settings({ mappings: [{ type: 'valu', options: {} }] }), /mappings\[0\] is .*none of/],
    [
      settings({ thresholds: { mode: 'absolute', steps: [{ value: null, color: 'reddish' }] } }),
      /colour "reddish" is unknown/,
    ],
    [override('color', { mode: 'fixed', fixedColor: 'reddish' }), /colour "reddish" is unknown/],
    [
      { transformations: [{ id: 'sortBy', options: { fields: {}, sorting: [] } }] },
      /transformation sortBy does not know "sorting"/,
    ],
    [
      settings({ links: [{ title: 'x', url: '/d/gone?${__url_time_range}' }] }),
      /link .*: there is no dashboard gone/,
    ],
    [settings({ links: [{ title: 'x', url: '/d/d?var-driverQ=VER' }] }), /d has no variable driverQ/],
    [settings({ links: [{ title: 'x', url: '/x?y=${lap}' }] }), /nothing replaces \$\{lap\}/],
  ];
  for (const [change, text] of cases) {
    const texts = textsOf(change);
    assert.equal(texts.length, 1, texts.join('; '));
    assert.match(texts[0]!, text);
  }
  for (const [id, value] of [
    ['unit', 'none'],
    ['displayName', 'x'],
    ['custom.lineWidth', 2],
    ['custom.hideFrom', { legend: true, tooltip: false, viz: false }],
    ['custom.lineStyle.fill', 'dash'],
  ] as const) {
    assert.deepEqual(textsOf(override(id, value)), [], id);
  }
  assert.deepEqual(textsOf({ fieldConfig: { defaults: { unit: 'suffix: laps' }, overrides: [] } }), []);
});

test('checkStatically() finds doubled ids, titles, variables and panels that overlap, also in closed rows', () => {
  const at = (id: number, x: number, y: number): Panel => ({ ...sound, id, gridPos: { x, y, w: 12, h: 8 } });
  const row: Panel = {
    id: 3,
    type: 'row',
    gridPos: { x: 0, y: 30, w: 24, h: 1 },
    collapsed: true,
    panels: [at(1, 0, 21)],
  };
  const variable = { name: 'driver', type: 'custom', query: 'VER' };
  const faulty = {
    ...dashboard,
    id: 7,
    __inputs: [],
    panels: [at(1, 0, 0), at(2, 11, 7), at(4, 12, 15), row],
    templating: { list: [variable, variable] },
  };
  const other = { ...dashboard, uid: 'e' };
  const faults = checkStatically(
    [
      { file: 'd.json', dashboard: faulty },
      { file: 'e.json', dashboard: other },
    ],
    sources,
  );
  assert.deepEqual(
    faults.map(({ panel, text }) => `${panel}: ${text}`),
    [
      ': title "D" is in d.json and in e.json',
      ': a provisioned dashboard must not have a numeric id',
      ': a provisioned dashboard must not have __inputs',
      ': panel id 1 is used twice',
      'Speed (1): overlaps Speed (2)',
      ': variable driver is there twice',
    ],
  );
});

test('checkStatically() follows a data source behind a variable to its uid', () => {
  const behind = { ...datasource, uid: '${datasource}' };
  const textsWith = (value: string): string[] => {
    const variable = {
      name: 'datasource',
      type: 'datasource',
      query: datasource.type,
      current: { value, text: value },
    };
    const changed = {
      ...dashboard,
      panels: [{ ...sound, datasource: behind }],
      templating: { list: [variable] },
    };
    return checkStatically([{ file: 'd.json', dashboard: changed }], sources).map(({ text }) => text);
  };
  assert.deepEqual(textsWith('f1-infinity'), []);
  assert.match(textsWith('other').join(), /data source uid "other" is not provisioned/);
  assert.match(
    textsOf({ datasource: behind }).join(),
    /data source uid "\$\{datasource\}" is not provisioned/,
  );
});

test('faultsOfType() knows what panel types can be set to from their declarations, inherited ones too', () => {
  const faults = (panelType: string, type: string, value: object): string[] =>
    faultsOfType(value, type, 'x', typesOfPanel(panelType)!);
  assert.deepEqual(faults('timeseries', 'FieldConfig', { axisLabel: 'of its axis' }), []);
  assert.deepEqual(faults('state-timeline', 'FieldConfig', { lineWidth: 1 }), []);
  assert.deepEqual(faults('table', 'FieldConfig', { cellOptions: { type: 'gauge', mode: 'basic' } }), []);
  assert.match(faults('table', 'FieldConfig', { cellOptions: { type: 'guage' } }).join(), /is .*none of/);
  assert.deepEqual(faults('stat', 'Options', { reduceOptions: { calcs: ['last'] }, textMode: 'auto' }), []);
  assert.match(faults('stat', 'Options', { textMode: 'loud' }).join(), /textMode is "loud"/);
  assert.deepEqual(faults('trend', 'Options', { xField: 'lap' }), []);
  assert.deepEqual(faults('timeseries', 'Options', { xField: 'lap' }), ['x.xField is unknown']);
  assert.equal(typesOfPanel('speedometer'), null);
});

test('checkStatically() finds what Grafana refuses of a dashboard, and variables that links carry to another type', () => {
  const of = (...all: Dashboard[]): string =>
    checkStatically(
      all.map((one, i) => ({ file: `${i}.json`, dashboard: one })),
      sources,
    )
      .map(({ text }) => text)
      .join('; ');
  assert.match(of({ ...dashboard, uid: 'a b' }), /uid "a b" must be/);
  assert.match(of({ ...dashboard, title: ' ' }), /has no title/);
  assert.match(of({ ...dashboard, refresh: '5 seconds' }), /refresh "5 seconds" is no duration/);
  assert.match(
    of({ ...dashboard, time: { from: 'yesterday', to: 'now' } }),
    /Cannot read the time "yesterday"/,
  );
  const withSource = (uid: string, query: string): Dashboard => ({
    ...dashboard,
    uid,
    title: uid,
    templating: { list: [{ name: 'source', type: 'datasource', query }] },
  });
  assert.equal(of(withSource('a', 'x'), withSource('b', 'x')), '');
  assert.match(
    of(withSource('a', 'x'), withSource('b', 'prometheus')),
    /variable source is datasource x in a and datasource prometheus in b/,
  );
});

test('readSources() reads every file, resolveSources() puts the addresses of this run in', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sources-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(
    join(folder, 'b.yaml'),
    'datasources: [{name: P, uid: p, type: prometheus, jsonData: {timeInterval: 5s}}]',
  );
  writeFileSync(
    join(folder, 'a.yml'),
    `datasources: [{name: I, uid: i, type: ${datasource.type}, url: "http://x", isDefault: true}]`,
  );
  writeFileSync(join(folder, 'empty.yaml'), '');
  const found = readSources(folder);
  assert.deepEqual(
    found.map(({ uid, isDefault, timeInterval }) => [uid, isDefault, timeInterval]),
    [
      ['i', true, undefined],
      ['p', false, '5s'],
    ],
  );
  assert.deepEqual(
    [...resolveSources(found, { bridge: 'http://bridge', prometheus: null })],
    [['i', { uid: 'i', name: 'I', type: datasource.type, url: 'http://bridge' }]],
  );
  assert.equal(
    resolveSources(found, { bridge: 'http://bridge', prometheus: 'http://prom' }).get('p')?.url,
    'http://prom',
  );
  writeFileSync(join(folder, 'c.yaml'), 'datasources: [{name: X}]');
  assert.throws(() => readSources(folder), /a data source must have name, uid and type/);
});
