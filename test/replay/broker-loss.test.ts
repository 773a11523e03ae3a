import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readConfig } from '../../src/commands/read-config.ts';
import { startReplay } from '../../src/commands/replay-host.ts';
import { noLog } from '../../src/domain/log.ts';
import { readTelemetry } from '../../src/domain/telemetry-codec.ts';
import { createTelemetryRow } from '../../src/domain/telemetry-row.ts';
import { writeSimulatedRace } from '../../src/source/index.ts';
import { connectTest } from '../support/kafka-broker.ts';
import { tempDir } from '../support/temp-dir.ts';
import { skipWithoutKafka, startTestKafka } from '../support/test-kafka.ts';

test(
  'replay: E8: Kafka killed hard and restarted during a replay: no row missing, none twice, order kept',
  { skip: skipWithoutKafka },
  async (t) => {
    const dir = tempDir(t);
    const { signal } = new AbortController();
    await writeSimulatedRace({ dir: `${dir}/race`, seed: 5, laps: 2, signal });
    const { config } = await readConfig({
      set: [`source.cache_dir=${dir}/cache`, 'replay.max_backlog_rows=2000'],
    });
    const kafka = await startTestKafka(t);
    const broker = await connectTest(t, kafka.bootstrap);
    const replay = await startReplay({
      config,
      spec: `${dir}/race`,
      speed: 30,
      loop: false,
      once: true,
      mode: 'lossless',
      drivers: [],
      log: noLog,
      signal,
      chosen: { broker, kind: 'kafka', bootstrap: kafka.bootstrap, isManaged: true },
    });
    t.after(() => replay.stop());
    await replay.ready;
    while ((replay.state()?.rows_sent ?? 0) < 1000) await new Promise((resolve) => setTimeout(resolve, 50));
    await kafka.kill();
    await kafka.restart();
    const summary = await replay.done;
    assert.deepEqual(
      [summary.status, summary.published, summary.lost, summary.dropped],
      ['ended', summary.rows, 0, 0],
    );

    const lastMs = new Map<string, number>();
    const row = createTelemetryRow();
    const stop = new AbortController();
    let rows = 0;
    for await (const batch of broker.consume({
      topics: [{ topic: config.kafka.topics.telemetry, start: 'earliest' }],
      signal: stop.signal,
    })) {
      for (const { value } of batch.records) {
        assert.equal(readTelemetry(value!, row), true);
        assert.ok(row.sessionMs > (lastMs.get(row.driver) ?? -1), `${row.driver} at ${row.sessionMs}`);
        lastMs.set(row.driver, row.sessionMs);
        rows++;
      }
      if (rows >= summary.rows) stop.abort();
    }
    assert.equal(rows, summary.rows);
  },
);
