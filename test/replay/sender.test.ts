import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Broker, ProduceBatch, ProduceResult } from '../../src/domain/broker.ts';
import { maxTelemetryBytes } from '../../src/domain/telemetry-codec.ts';
import { Cursor } from '../../src/replay/cursor.ts';
import { ErrorHistogram } from '../../src/replay/error-histogram.ts';
import { maxBatchBytes, maxBatchRecords } from '../../src/replay/lane.ts';
import { createSchedule } from '../../src/replay/schedule.ts';
import { Sender, type SenderOptions } from '../../src/replay/sender.ts';
import { createBatchBuffer, createTelemetryLane } from '../../src/replay/telemetry-lane.ts';
import { unpaced } from '../../src/replay/time-mapping.ts';
import { createFakeClock, driverTable, sessionTable, topics } from '../support/replay-fixture.ts';

function setUp(
  produce: (batch: ProduceBatch) => Promise<ProduceResult>,
  change: Partial<SenderOptions> = {},
) {
  const due = Array.from({ length: 5000 }, (_, row) => row * 10);
  const schedule = createSchedule(sessionTable([driverTable('VER', 1, due, () => 1)]), [], { partitions: 1 });
  const cursor = new Cursor(schedule.lanes[0]!.dueMs, 0);
  const lane = createTelemetryLane(
    schedule,
    schedule.lanes[0]!,
    cursor,
    topics.telemetry,
    createBatchBuffer(),
  );
  const idle: (() => void)[] = [];
  const sender = new Sender(topics.telemetry, 0, {
    broker: { produce } as Broker,
    clock: createFakeClock(),
    scheduleError: new ErrorHistogram(),
    lag: new ErrorHistogram(),
    onIdle: () => {
      for (const resolve of idle.splice(0)) resolve();
    },
    onRefused: () => {},
    onFailed: () => {},
    ...change,
  });
  const untilIdle = (): Promise<void> => new Promise((resolve) => void idle.push(resolve));
  return { sender, cursor, lane, untilIdle };
}

test('Sender: batches are bounded by records and bytes, and one is in flight', async () => {
  const batches: ProduceBatch[] = [];
  const { sender, cursor, lane, untilIdle } = setUp(async (batch) => {
    batches.push(batch);
    assert.equal(sender.isIdle, batches.length === 1 && sender.inFlight === 0);
    await Promise.resolve();
    return { baseOffset: 0, refused: [] };
  });
  cursor.map(unpaced);
  cursor.advance(Number.POSITIVE_INFINITY);
  while (cursor.pending > 0) {
    const done = untilIdle();
    sender.pump(lane, { run: 'r' });
    sender.pump(lane, { run: 'r' });
    await done;
  }
  assert.deepEqual(
    batches.map(({ records }) => records.length),
    [1000, 1000, 1000, 1000, 1000],
  );
  for (const { records } of batches) {
    const bytes = records.reduce((sum, { value }) => sum + value.length, 0);
    assert.ok(bytes <= maxBatchBytes && records.length <= maxBatchRecords);
  }
  assert.ok(maxBatchRecords * maxTelemetryBytes <= maxBatchBytes);
  assert.equal(sender.counts.published, 5000);
});

test('Sender: E12: records that the broker refuses alone are counted, the rest of the batch is stored once', async () => {
  const told: string[] = [];
  const { sender, cursor, lane, untilIdle } = setUp(
    async () => ({ baseOffset: 0, refused: [{ index: 3, reason: 'too large' }] }),
    { onRefused: (topic, partition, count, reason) => told.push(`${topic}/${partition} ${count} ${reason}`) },
  );
  cursor.advance(90);
  const done = untilIdle();
  sender.pump(lane, {});
  await done;
  assert.deepEqual([sender.counts.published, sender.counts.refused, sender.counts.lost], [9, 1, 0]);
  assert.deepEqual(told, ['f1-telemetry/0 1 too large']);
});

test("Sender: E14: a producer whose clock is ahead is told the broker's reason, record by record", async () => {
  const told: string[] = [];
  const { sender, cursor, lane, untilIdle } = setUp(
    async (batch) => ({
      baseOffset: null,
      refused: batch.records.map((_, index) => ({ index, reason: 'stamp is two hours ahead' })),
    }),
    { onRefused: (_topic, _partition, count, reason) => told.push(`${count}: ${reason}`) },
  );
  cursor.advance(90);
  const done = untilIdle();
  sender.pump(lane, {});
  await done;
  assert.deepEqual([sender.counts.published, sender.counts.refused], [0, 10]);
  assert.deepEqual(told, ['10: stamp is two hours ahead']);
});

test('ErrorHistogram: quantiles, maximum and cumulative buckets', () => {
  const histogram = new ErrorHistogram();
  assert.equal(histogram.summary(), null);
  for (let value = 1; value <= 100; value++) histogram.record(value / 10);
  histogram.record(-1);
  histogram.record(5000);
  const { p50, p99, max } = histogram.summary()!;
  assert.ok(Math.abs(p50 - 5) < 0.11 && Math.abs(p99 - 10) < 0.11, JSON.stringify({ p50, p99 }));
  assert.equal(max, 5000);
  assert.deepEqual(histogram.cumulative(), [2, 3, 6, 11, 21, 51, 101, 101, 101, 101, 101, 101]);
  assert.equal(histogram.count, 102);
});
