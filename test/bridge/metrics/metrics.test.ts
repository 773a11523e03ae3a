import { createPointBuffer } from '../../../src/bridge/ingest/point-buffer.ts';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { createLateBroker } from '../../../src/bridge/index.ts';
import {
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

const docs = readFileSync(resolve(import.meta.dirname, '../../../docs/metrics.md'), 'utf8');
const hasPromtool = spawnSync('promtool', ['--version']).status === 0;

/** Names of the exposition with their types. */
function familiesOf(text: string): Map<string, string> {
  return new Map([...text.matchAll(/^# TYPE (\S+) (\S+)$/gmu)].map(([, name, type]) => [name!, type!]));
}

test('GET /metrics: docs/metrics.md lists every metric with its type, and no other', async (t) => {
  const { url } = await testBridge(t);
  const families = familiesOf(await (await fetch(`${url}/metrics`)).text());
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
  const text = await (await fetch(`${url}/metrics`)).text();
  const value = (line: string): number =>
    Number(new RegExp(`^${line.replaceAll(/[{}+.]/gu, '\\$&')} (\\S+)$`, 'mu').exec(text)?.[1]);
  assert.equal(value('f1_up'), 1);
  assert.equal(value('f1_consumer_records_total{topic="f1-telemetry"}'), 2);
  assert.equal(value('f1_consumer_set_aside_total{reason="implausible"}'), 1);
  assert.equal(value('f1_buffer_points'), 1);
  assert.equal(value('f1_buffer_bytes'), createPointBuffer(5000).bytes);
  assert.equal(value('f1_hop_latency_seconds_count{hop="replay"}'), 1);
  assert.equal(value('f1_hop_latency_seconds_bucket{hop="broker",le="+Inf"}'), 1);
  assert.equal(value('f1_query_duration_seconds_count'), 1);
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

test(
  'E23: promtool finds nothing to object to',
  { skip: hasPromtool ? false : 'promtool (Debian package prometheus) is not installed' },
  async (t) => {
    const { url } = await testBridge(t);
    const input = await (await fetch(`${url}/metrics`)).text();
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
      input,
      encoding: 'utf8',
    });
    assert.equal(status, 0, stdout + stderr);
  },
);

test('GET /metrics: names follow the Prometheus rules', async (t) => {
  const { url } = await testBridge(t);
  for (const [name, type] of familiesOf(await (await fetch(`${url}/metrics`)).text())) {
    // Names of kafka_exporter are not ours to choose.
    if (name.startsWith('kafka_')) continue;
    assert.match(name, /^f1_[a-z_]+$/u);
    assert.equal(name.endsWith('_total'), type === 'counter', name);
    assert.doesNotMatch(name, /_(ms|milliseconds|kb|mb|count|sum|bucket)$/u, name);
    if (type === 'histogram') assert.match(name, /_seconds$/u);
  }
});
