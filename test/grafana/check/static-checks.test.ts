import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { schemaOf } from '../../../grafana/check/panel-schema.ts';
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

test('checkStatically() finds nothing in a sound dashboard', () => {
  assert.deepEqual(checkStatically([{ file: 'd.json', dashboard }], sources), []);
});

test('checkStatically() names each fault of a panel', () => {
  const cases: [Partial<Panel>, RegExp][] = [
    [{ type: 'speedometer' }, /panel type "speedometer" is unknown/],
    [{ description: '' }, /has no description/],
    [{ gridPos: { x: 16, y: 0, w: 12, h: 8 } }, /lies outside the grid/],
    [{ options: { legendary: {} } }, /option "legendary" is unknown to timeseries/],
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
      /field setting "colour" is unknown/,
    ],
    [
      { fieldConfig: { defaults: { unit: 'none', custom: { width: 1 } }, overrides: [] } },
      /"custom.width" is unknown to timeseries/,
    ],
    [override('custom.cellOptions'), /override property "custom.cellOptions" is unknown to timeseries/],
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
  ];
  for (const [change, text] of cases) {
    const texts = textsOf(change);
    assert.equal(texts.length, 1, texts.join('; '));
    assert.match(texts[0]!, text);
  }
  for (const known of [
    'unit',
    'displayName',
    'custom.lineWidth',
    'custom.hideFrom',
    'custom.lineStyle.fill',
  ]) {
    assert.deepEqual(textsOf(override(known, 'none')), [], known);
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

test('schemaOf() knows the options of panel types from their declarations, inherited ones too', () => {
  assert.ok(schemaOf('timeseries')?.custom.has('axisLabel'), 'of its axis');
  assert.ok(schemaOf('state-timeline')?.custom.has('spanNulls'));
  assert.ok(schemaOf('table')?.custom.has('cellOptions'));
  assert.ok(schemaOf('stat')?.options.has('reduceOptions'));
  assert.ok(schemaOf('trend')?.options.has('xField'));
  assert.equal(schemaOf('timeseries')?.options.has('xField'), false);
  assert.equal(schemaOf('speedometer'), null);
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
