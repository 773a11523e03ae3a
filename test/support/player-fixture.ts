import assert from 'node:assert/strict';
import { noLog } from '../../src/domain/log.ts';
import { readTelemetry } from '../../src/domain/telemetry-codec.ts';
import { createTelemetryRow } from '../../src/domain/telemetry-row.ts';
import { Player } from '../../src/replay/player.ts';
import type { PlayerOptions } from '../../src/replay/player-options.ts';
import { createMemoryBroker, type MemoryBroker } from './memory-broker.ts';
import {
  createFakeClock,
  driverTable,
  encodeEvent,
  type FakeClock,
  sessionTable,
  specs,
  statusEvent,
  topics,
} from './replay-fixture.ts';

/** Drivers of the session that is played. */
export const codes = ['VER', 'HAM', 'LEC', 'ALO'];
/** Time between two rows of a driver. */
export const stepMs = 100;

/** Four drivers, 200 rows each, 100 ms apart, first row at 1,000 ms. */
export async function setUp(
  change: Partial<PlayerOptions> = {},
): Promise<{ player: Player; broker: MemoryBroker; clock: FakeClock }> {
  const broker = createMemoryBroker();
  await broker.createTopics(specs);
  const clock = createFakeClock();
  const due = Array.from({ length: 200 }, (_, row) => 1000 + row * stepMs);
  const table = sessionTable(
    codes.map((code, index) => driverTable(code, index + 1, due, (row) => 1 + Math.floor(row / 50))),
    [],
    3000,
  );
  const player = new Player({
    broker,
    topics,
    clock,
    table,
    encodeEvent,
    log: noLog,
    run: 'run',
    speed: 1,
    loop: false,
    mode: 'lossless',
    maxBacklogRows: 20_000,
    range: { partitions: 4 },
    onChange: () => {},
    events: [
      statusEvent(null, 'session'),
      statusEvent(500, 'past'),
      statusEvent(5000, 'middle'),
      statusEvent(90_000, 'late'),
    ],
    ...change,
  });
  return { player, broker, clock };
}

/** A telemetry record as it was stored. */
export interface Sent {
  readonly segment: string;
  readonly driver: string;
  readonly sessionMs: number;
  readonly timestampMs: number;
}

/** Every telemetry record stored, in order of arrival. */
export function sentRows(broker: MemoryBroker): Sent[] {
  const row = createTelemetryRow();
  return broker.stored
    .filter((record) => record.topic === topics.telemetry)
    .map((record) => {
      assert.equal(readTelemetry(record.value!, row), true);
      return {
        segment: record.headers['segment']!,
        driver: row.driver,
        sessionMs: row.sessionMs,
        timestampMs: row.timestampMs,
      };
    });
}

/** Every timing record stored, as `segment:status`. */
export function sentEvents(broker: MemoryBroker): string[] {
  return broker.stored
    .filter((record) => record.topic === topics.timing)
    .map(
      (record) =>
        `${record.headers['segment']}:${(JSON.parse(Buffer.from(record.value!).toString()) as { status: string }).status}`,
    );
}

/** Every row of every driver once, in order, in the segments given. */
export function assertWhole(rows: readonly Sent[], fromMs = 1000, toMs = 1000 + 199 * stepMs): void {
  for (const code of codes) {
    const own = rows.filter((row) => row.driver === code).map((row) => row.sessionMs);
    assert.deepEqual(
      own,
      Array.from({ length: (toMs - fromMs) / stepMs + 1 }, (_, index) => fromMs + index * stepMs),
      code,
    );
  }
}
