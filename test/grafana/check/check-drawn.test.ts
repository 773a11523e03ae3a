import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faultsOfDrawn } from '../../../grafana/check/check-drawn.ts';
import { grafanaData } from '../../../grafana/check/grafana-data.ts';
import type { DataFrame } from '../../../grafana/check/grafana-data.ts';
import type { Panel } from '../../../grafana/query/dashboard.ts';

const frame: DataFrame = grafanaData.toDataFrame({
  fields: [
    { name: 'lap', type: 'number', values: [1, 2, 3] },
    { name: 'gap', type: 'number', values: [0, 1, 2], labels: { driver: 'VER' } },
  ],
});
const panel: Panel = { id: 1, type: 'stat', title: 'P', gridPos: { x: 0, y: 0, w: 1, h: 1 } };

function faults(change: Partial<Panel>, drawn: DataFrame = frame): string {
  return faultsOfDrawn({ ...panel, ...change }, [drawn]).join('; ');
}

const settings = (defaults: object, overrides: object[] = []): Partial<Panel> =>
  ({ fieldConfig: { defaults, overrides } }) as Partial<Panel>;
const hideFrom = { viz: true, legend: true, tooltip: true };

test('faultsOfDrawn(): a stat whose fields match nothing says "No data" in Grafana', () => {
  const reduced = (fields: string): string => faults({ options: { reduceOptions: { fields } } });
  assert.equal(reduced(''), '');
  assert.equal(reduced('/^gap$/'), '');
  assert.match(reduced('/^Nothing$/'), /its fields \/\^Nothing\$\/ match none of lap, gap/);
});

test('faultsOfDrawn(): a trend needs its x, and an x that rises', () => {
  const trend = (xField: string, drawn = frame): string =>
    faults({ type: 'trend', options: { xField } }, drawn);
  assert.equal(trend('lap'), '');
  assert.match(trend('distance'), /its x, "distance", is none of lap, gap/);
  const back = grafanaData.toDataFrame({ fields: [{ name: 'lap', type: 'number', values: [3, 1, 2] }] });
  assert.match(trend('lap', back), /"lap", does not rise/);
});

test('faultsOfDrawn(): labels and fields that names, links and styles ask for', () => {
  assert.equal(faults(settings({ displayName: 'drv ${__field.labels.driver}' })), '');
  assert.match(faults(settings({ displayName: '${__field.labels.drivr}' })), /label drivr, there are driver/);
  const link = (name: string): string =>
    faults(settings({ links: [{ title: 'x', url: `/d/x?var-lap=\${__data.fields.${name}}` }] }));
  assert.equal(link('lap'), '');
  assert.match(link('Lap'), /names the field Lap, there are lap, gap/);
  const style = (value: string): string =>
    faults(
      settings({}, [
        { matcher: { id: 'byName', options: 'lap' }, properties: [{ id: 'custom.styleField', value }] },
      ]),
    );
  assert.equal(style('gap'), '');
  assert.match(style('colour'), /names the field colour/);
});

test('faultsOfDrawn(): a chart of nothing but hidden series', () => {
  assert.equal(faults(settings({ custom: { hideFrom: { ...hideFrom, viz: false } } })), '');
  assert.match(faults(settings({ custom: { hideFrom } })), /every series is hidden/);
  const only = (name: string) => ({
    matcher: { id: 'byName', options: name },
    properties: [{ id: 'custom.hideFrom', value: hideFrom }],
  });
  assert.equal(faults(settings({}, [only('gap')])), '');
  assert.match(faults(settings({}, [only('gap'), only('lap')])), /every series is hidden/);
});
