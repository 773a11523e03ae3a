import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultConfig } from '../../src/config/defaults.ts';
import { createDetector, createRules } from '../../src/detect/index.ts';
import type { BrokerRecord } from '../../src/domain/broker.ts';
import { Origin } from '../../src/domain/table.ts';
import { writeTelemetry } from '../../src/domain/telemetry-codec.ts';
import { createTelemetryRow } from '../../src/domain/telemetry-row.ts';
import { PartitionTask } from '../../src/process/index.ts';
import type { TaskOutput } from '../../src/process/index.ts';

const rules = createRules(defaultConfig.alerts);

function createTask(onSetAside: (reason: string) => void = (reason) => assert.fail(reason)): PartitionTask {
  return new PartitionTask({
    partition: 0,
    createDetector: () => createDetector(rules),
    counters: { rows: 0, setAside: { undecodable: 0, implausible: 0, headers: 0, stale: 0 } },
    onSetAside,
  });
}

/** Laps of 14.4 s with one hard stop each, every 240 ms, from offset 1000 on. */
function laps(count: number): BrokerRecord[] {
  return Array.from({ length: count * 60 }, (_, index) => {
    const at = index % 60;
    const sessionMs = index * 240;
    const row = Object.assign(createTelemetryRow(), {
      timestampMs: Date.UTC(2026, 0, 1) + sessionMs,
      sessionMs,
      driver: 'AAA',
      driverNumber: 7,
      speedKmh: at < 40 ? 90 + at * 5.2 : at < 50 ? 300 - (at - 40) * 21 : 90,
      brake: at >= 40 && at < 50 ? 1 : 0,
      drs: at < 20 ? 12 : 8,
      lapNumber: Math.floor(index / 60) + 1,
      origin: Origin.car,
    });
    const bytes = new Uint8Array(1024);
    return {
      offset: 1000 + index,
      timestampMs: row.timestampMs,
      key: Buffer.from('AAA'),
      value: bytes.subarray(0, writeTelemetry(bytes, 0, row)),
      headers: { run: 'r', segment: '0', v: '1' },
    };
  });
}

function outputs(task: PartitionTask, records: readonly BrokerRecord[]): TaskOutput[] {
  const out: TaskOutput[] = [];
  task.accept(records, out);
  return out;
}

test('PartitionTask restarted from its safe offset anywhere makes the alerts of one that went on', () => {
  const records = laps(40);
  const whole = outputs(createTask(), records);
  assert.ok(whole.some(({ alert }) => alert.alert_type === 'brake_temperature'));
  for (let cut = 37; cut < records.length; cut += 173) {
    const first = createTask();
    const before = outputs(first, records.slice(0, cut));
    const safe = first.safeOffset();
    const again = outputs(
      createTask(),
      records.filter(({ offset }) => offset >= safe),
    ).filter(({ offset }) => offset >= 1000 + cut);
    assert.deepEqual([...before, ...again], whole, `killed before record ${cut}`);
  }
});

test('PartitionTask takes records that come again after a rebalance for what they are', () => {
  const records = laps(10);
  const task = createTask();
  outputs(task, records.slice(0, 301));
  assert.deepEqual(outputs(task, records), outputs(createTask(), records));
});

test('E6: garbage with a foreign run or a high segment changes no alert, also when it is read again first', () => {
  const records = laps(10).map((record) => ({ ...record, offset: record.offset * 2 }));
  const dirty = records.flatMap((record, index): BrokerRecord[] => {
    const headers = index % 2 === 0 ? { run: 'x', segment: '0', v: '1' } : { run: 'r', segment: '9', v: '1' };
    const value = [null, Buffer.from('{'), Buffer.from('{"driver":"AAA"}')][index % 3]!;
    return [{ ...record, offset: record.offset - 1, headers, value }, record];
  });
  const reasons = new Set<string>();
  const task = createTask((reason) => reasons.add(reason));
  const clean = outputs(createTask(), records);
  assert.ok(clean.length > 0);
  assert.deepEqual(outputs(task, dirty), clean);
  assert.equal(task.safeOffset(), 2000);
  assert.deepEqual(outputs(task, dirty), clean);
  assert.deepEqual([...reasons], ['undecodable']);
});
