import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { createLateBroker } from '../../../src/bridge/index.ts';
import { createPointBuffer } from '../../../src/bridge/ingest/point-buffer.ts';
import { tables } from '../../../src/bridge/rest/tables/index.ts';
import {
  alert,
  getJson,
  publish,
  publishRows,
  replayState,
  row,
  testBridge,
  testConfig,
  until,
  untilOk,
} from '../support.ts';
import { familiesOf, readExposition, valueIn } from './exposition.ts';

const docs = readFileSync(resolve(import.meta.dirname, '../../../docs/metrics.md'), 'utf8');
const hasPromtool = spawnSync('promtool', ['--version']).status === 0;

test('GET /metrics: docs/metrics.md lists every metric with its type, and no other', async (t) => {
  const { url } = await testBridge(t);
  const families = familiesOf(await readExposition(url));
  const rows = [...docs.matchAll(/^\| `((?:f1|kafka)_\w+)` \| (\w+) \|/gmu)].map(
    ([, name, type]) => [name!, type!] as const,
  );
  assert.deepEqual(Object.fromEntries(rows.toSorted()), Object.fromEntries([...families].toSorted()));
  assert.ok(rows.length > 45);
});

test('GET /metrics: values of what was read, hop by hop', async (t) => {
  const { broker, config, url } = await testBridge(t);
  await untilOk(url);
  await publish(broker, config.kafka.topics.control, [replayState()], { headers: { v: '1' } });
  const nowMs = Date.now();
  await publishRows(broker, config, [
    row({ timestampMs: nowMs - 4, driver: 'VER' }),
    row({ timestampMs: nowMs - 4, driver: 'VER', rpm: 99_999 }),
  ]);
  await until(
    async () => (await getJson<{ buffers: { points: number } }>(`${url}/stats`)).body.buffers.points === 1,
    'a row',
  );
  await fetch(`${url}/query?target=VER.speed`);
  const text = await readExposition(url);
  const value = (series: string): number => valueIn(text, series);
  assert.equal(value('f1_up'), 1);
  assert.equal(value('f1_consumer_records_total{topic="f1-telemetry"}'), 2);
  assert.equal(value('f1_consumer_set_aside_total{reason="implausible"}'), 1);
  assert.equal(value('f1_buffer_points'), 1);
  assert.equal(value('f1_buffer_bytes'), createPointBuffer(5000).bytes);
  assert.equal(value('f1_hop_latency_seconds_count{hop="replay"}'), 1);
  assert.equal(value('f1_hop_latency_seconds_bucket{hop="broker",le="+Inf"}'), 1);
  assert.equal(value('f1_end_to_end_latency_seconds_count'), 1);
  assert.equal(value('f1_end_to_end_latency_seconds_bucket{le="0.0025"}'), 0, 'it was due 4 ms before');
  assert.ok(value('f1_end_to_end_latency_seconds_sum') >= value('f1_hop_latency_seconds_sum{hop="replay"}'));
  assert.equal(value('f1_consumer_processing_duration_seconds_count'), 2);
  assert.equal(value('f1_driver_points{driver="VER"}'), 1);
  assert.equal(value('f1_broker_info{kind="embedded"}'), 1);
  assert.equal(value('f1_replay_messages_total{topic="f1-telemetry"}'), 10);
  assert.equal(value('f1_query_duration_seconds_count'), 1);
  assert.equal(value('f1_grafana_queries_total{endpoint="/query",code="200"}'), 1);
  assert.equal(value('f1_grafana_query_duration_seconds_count{endpoint="/query"}'), 1);
  assert.equal(value('f1_replay_schedule_error_seconds_count'), 10);
  assert.equal(value('f1_replay_schedule_error_seconds_bucket{le="0.0001"}'), 5);
  assert.equal(value('f1_consumer_lag_records{topic="f1-telemetry"}'), 0);
  assert.ok(value('f1_broker_figures_age_seconds') < 5);
  assert.doesNotMatch(text, /NaN|undefined/u);
});

test('E23: with the broker away /metrics answers within 100 ms and says how old its figures are', async (t) => {
  const config = testConfig();
  const ending = new AbortController();
  t.after(() => ending.abort());
  const broker = createLateBroker({
    kind: 'kafka',
    address: 'nowhere:1',
    connect: () => new Promise<never>(() => {}),
    signal: ending.signal,
  });
  const extra = (): number => {
    throw new Error('a collector that fails');
  };
  const { url } = await testBridge(t, {
    broker,
    config,
    more: {
      extraMetrics: [{ name: 'f1_extra_rows', help: 'Rows of another stage', type: 'gauge', read: extra }],
    },
  });
  await fetch(`${url}/metrics`);
  const took: number[] = [];
  for (let i = 0; i < 5; i++) {
    const began = performance.now();
    const answer = await fetch(`${url}/metrics`);
    assert.equal(answer.status, 200);
    assert.match(await answer.text(), /^f1_up 0$/mu);
    took.push(performance.now() - began);
  }
  assert.ok(Math.min(...took) < 100, String(took));
});

/** A bridge with something in every metric: drivers, alerts, predictions, a group, queries that were answered and refused. */
async function busyBridge(t: TestContext, drivers: number): Promise<string> {
  const { broker, config, url } = await testBridge(t, {
    more: { extraMetrics: [{ name: 'f1_extra_rows', help: 'Rows', type: 'gauge', read: () => 1 }] },
  });
  await untilOk(url);
  const { topics } = config.kafka;
  await publish(broker, topics.control, [replayState()], { headers: { v: '1' } });
  const nowMs = Date.now();
  const rows = Array.from({ length: 10 * drivers }, (_, i) =>
    row({ timestampMs: nowMs + i, driver: `D${String(i % drivers).padStart(2, '0')}` }),
  );
  await publishRows(broker, config, rows);
  const alerts = [
    alert({ alert_id: 'a', severity: 'high', alert_type: 'high_speed' }),
    alert({ alert_id: 'a', severity: 'high', alert_type: 'high_speed', state: 'closed' }),
    alert({ alert_id: 'b', severity: 'low', alert_type: 'made "elsewhere"' }),
  ];
  await publish(broker, topics.alerts, alerts);
  await publish(broker, topics.predictions, ['{}'], { partition: 1 });
  await until(async () => {
    const { body } = await getJson<{ alerts: number; buffers: { points: number } }>(`${url}/stats`);
    return body.alerts === 2 && body.buffers.points === rows.length;
  }, 'rows and alerts');
  for (const path of ['/query?target=speed', ...Object.keys(tables).map((name) => `/api/v1/${name}`)])
    await (await fetch(`${url}${path}`)).arrayBuffer();
  return url;
}

test('GET /metrics: alerts by severity and rule, predictions by model', async (t) => {
  const text = await readExposition(await busyBridge(t, 2));
  assert.equal(valueIn(text, 'f1_alerts_total{severity="high",rule="high_speed"}'), 1, 'openings alone');
  assert.equal(valueIn(text, 'f1_alerts_total{severity="low",rule="other"}'), 1);
  assert.equal(valueIn(text, 'f1_alerts_total{severity="medium",rule="drs_status_change"}'), 0);
  assert.equal(valueIn(text, 'f1_predictions_total{model_type="tire_failure"}'), 1);
  assert.equal(valueIn(text, 'f1_predictions_total{model_type="crash_risk"}'), 0);
  assert.equal(valueIn(text, 'f1_grafana_queries_total{endpoint="/api/v1/laps",code="200"}'), 1);
});

test('GET /metrics: queries that are refused count with their status', async (t) => {
  const { url } = await testBridge(t);
  await untilOk(url);
  assert.equal((await fetch(`${url}/query`)).status, 400);
  assert.equal((await fetch(`${url}/search`, { method: 'POST' })).status, 200);
  const text = await readExposition(url);
  assert.equal(valueIn(text, 'f1_grafana_queries_total{endpoint="/query",code="400"}'), 1);
  assert.equal(valueIn(text, 'f1_grafana_queries_total{endpoint="/search",code="200"}'), 1);
  assert.doesNotMatch(text, /endpoint="\/metrics"/u, 'a scrape is no query');
});

test('GET /metrics: what is not known has no series', async (t) => {
  const { url } = await testBridge(t);
  await untilOk(url);
  const text = await readExposition(url);
  for (const name of ['f1_replay_speed_ratio', 'f1_replay_lag_seconds', 'f1_telemetry_age_seconds'])
    assert.ok(Number.isNaN(valueIn(text, name)), name);
  assert.equal(valueIn(text, 'f1_ws_clients'), 0);
});

test('GET /metrics: 40 drivers and every endpoint within 20 ms', async (t) => {
  const url = await busyBridge(t, 40);
  const took: number[] = [];
  let text = '';
  for (let i = 0; i < 20; i++) {
    const began = performance.now();
    text = await readExposition(url);
    took.push(performance.now() - began);
  }
  assert.equal(text.match(/^f1_driver_points\{/gmu)?.length, 40);
  assert.ok(Math.min(...took) <= 20, String(took));
});

test(
  'E23: promtool finds nothing to object to',
  { skip: hasPromtool ? false : 'promtool (Debian package prometheus) is not installed' },
  async (t) => {
    const { url: idle } = await testBridge(t);
    for (const url of [idle, await busyBridge(t, 3)]) {
      const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
        input: await readExposition(url),
        encoding: 'utf8',
      });
      assert.equal(status, 0, stdout + stderr);
    }
  },
);

test(
  'grafana/prometheus/prometheus.yml is a configuration that promtool accepts',
  { skip: hasPromtool ? false : 'promtool (Debian package prometheus) is not installed' },
  () => {
    const file = resolve(import.meta.dirname, '../../../grafana/prometheus/prometheus.yml');
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'config', file], { encoding: 'utf8' });
    assert.equal(status, 0, stdout + stderr);
  },
);

test('GET /metrics: names follow the Prometheus rules', async (t) => {
  const { url } = await testBridge(t);
  for (const [name, type] of familiesOf(await readExposition(url))) {
    // Names of kafka_exporter are not ours to choose.
    if (name.startsWith('kafka_')) continue;
    assert.match(name, /^f1_[a-z_]+$/u);
    assert.equal(name.endsWith('_total'), type === 'counter', name);
    assert.doesNotMatch(name, /_(ms|milliseconds|kb|mb|count|sum|bucket)$/u, name);
    if (type === 'histogram') assert.match(name, /_seconds$/u);
  }
});
