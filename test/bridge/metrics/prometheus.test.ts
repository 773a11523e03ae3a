import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { startPipeline } from '../../../grafana/check/pipeline.ts';
import { kafkaQueries } from '../../../grafana/source/kafka-queries.ts';
import { createPrometheus, skipWithoutPrometheus } from '../../support/prometheus.ts';
import type { TestPrometheus } from '../../support/prometheus.ts';

const dashboardFile = resolve(import.meta.dirname, '../../../grafana/dashboards/f1_kafka.json');
/** Four scrapes, as Grafana computes it for a source that is scraped every second. */
const rateInterval = '4s';
/** A scrape must not hold up the bridge [s]. */
const scrapeBoundS = 0.02;

interface Panel {
  readonly title?: string;
  readonly panels?: readonly Panel[];
  readonly targets?: readonly { readonly refId: string; readonly expr?: string }[];
}

/** Every PromQL expression of a dashboard by panel and query. */
function expressionsOf(panels: readonly Panel[]): [name: string, expression: string][] {
  return panels.flatMap(({ title = '', targets = [], panels: inner = [] }) => [
    ...targets.flatMap(({ refId, expr }): [string, string][] =>
      expr === undefined ? [] : [[`${title} ${refId}`, expr]],
    ),
    ...expressionsOf(inner),
  ]);
}

/** A simulated race at its own speed with one viewer, scraped every second; null where Prometheus is absent. */
async function watchedRace(t: TestContext): Promise<TestPrometheus | null> {
  if (skipWithoutPrometheus !== false) {
    t.skip(skipWithoutPrometheus);
    return null;
  }
  const pipeline = await startPipeline({ args: [], signal: t.signal });
  t.after(() => pipeline.close());
  const viewer = new WebSocket(`${pipeline.url.replace('http', 'ws')}/ws`);
  t.after(() => viewer.close());
  viewer.addEventListener('open', () =>
    viewer.send(JSON.stringify({ op: 'subscribe', drivers: [], channels: [] })),
  );
  return createPrometheus(t, pipeline.url);
}

test('Prometheus answers every query of f1_kafka at speed 1', { timeout: 180_000 }, async (t) => {
  const prometheus = await watchedRace(t);
  if (prometheus === null) return;
  const { panels } = JSON.parse(readFileSync(dashboardFile, 'utf8')) as { panels: Panel[] };
  const shipped = expressionsOf(panels);
  assert.ok(shipped.length > 15, `the dashboard has ${shipped.length} queries`);
  const inRange = (expression: string): string => expression.replaceAll('$__rate_interval', rateInterval);

  const silent: string[] = [];
  for (const [name, expression] of [...Object.entries(kafkaQueries), ...shipped]) {
    const asked = inRange(expression);
    assert.doesNotMatch(asked, /\$/u, `${name} has a variable that is not replaced`);
    const samples = await prometheus.settled(asked, 15_000);
    if (!samples.some(({ value }) => Number.isFinite(value))) silent.push(`${name}: ${asked}`);
  }
  assert.deepEqual(silent, []);

  const hops = await prometheus.query(inRange(kafkaQueries.hopLatencyP99));
  const answered = hops.map(({ labels }) => labels['hop']);
  for (const hop of ['replay', 'broker', 'bridge', 'total']) assert.ok(answered.includes(hop), hop);

  // What was written and what was read are counted apart, and must be the same within a scrape.
  const [written, read] = await Promise.all(
    [
      'sum(rate(kafka_topic_partition_current_offset{topic="f1-telemetry"}[4s]))',
      'sum(rate(f1_consumer_records_total{topic="f1-telemetry"}[4s]))',
    ].map(async (expression) => (await prometheus.query(expression))[0]?.value ?? 0),
  );
  assert.ok(read! > 20, `${read} rows a second at speed 1`);
  assert.ok(Math.abs(written! / read! - 1) < 0.3, `written ${written}, read ${read}`);

  const { health, lastError } = await prometheus.target();
  assert.deepEqual({ health, lastError }, { health: 'up', lastError: '' });
  const [scrape] = await prometheus.query('min_over_time(scrape_duration_seconds[5m])');
  assert.ok(scrape!.value <= scrapeBoundS, `the fastest scrape took ${scrape!.value} s`);
});
