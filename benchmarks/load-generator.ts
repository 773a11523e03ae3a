/**
 * Load for a bridge, in a process of its own: `node benchmarks/load-generator.ts HOST:PORT TOPIC PARTITIONS DRIVERS`, steered
 * over IPC. Open loop: every row has an intended time from one anchor and keeps it, however late it is sent.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Broker, ProduceRecord } from '../src/domain/broker.ts';
import { noLog } from '../src/domain/log.ts';
import { partitionForKey } from '../src/domain/partition.ts';
import { maxTelemetryBytes, writeTelemetry } from '../src/domain/telemetry-codec.ts';
import { createTelemetryRow } from '../src/domain/telemetry-row.ts';
import { connectKafka } from '../src/kafka/index.ts';

export type LoadCommand =
  | { readonly op: 'fill'; readonly points: number; readonly perS: number }
  | { readonly op: 'pace'; readonly perS: number }
  | { readonly op: 'stop' };

/** Answer to `fill` (when all is acknowledged) and to `stop`. */
export interface LoadReport {
  readonly op: 'filled' | 'stopped';
  readonly rows: number;
  readonly seconds: number;
}

const [bootstrap = '', topic = '', partitionsText, driversText] = process.argv.slice(2);
const partitions = Number(partitionsText);
const codes = Array.from({ length: Number(driversText) }, (_, at) => `D${String.fromCodePoint(65 + at)}X`);
const keys = codes.map((code) => new TextEncoder().encode(code));
const lanes = codes.map((code) => partitionForKey(code, partitions));
const headers = { run: `${new Date().toISOString().replaceAll(/[-:.]/gu, '')}-load`, segment: '0', v: '1' };
const row = createTelemetryRow();
const scratch = new Uint8Array(maxTelemetryBytes);
let nextRow = 0;
let pacing: { readonly perS: number; isEnding: boolean; done: Promise<void> } | null = null;

/** Row `n` of all drivers in turn, with the numbers of a lap. */
function recordOf(n: number, dueMs: number): ProduceRecord {
  const driver = n % codes.length;
  const step = Math.floor(n / codes.length);
  row.driver = codes[driver]!;
  row.driverNumber = driver + 1;
  row.timestampMs = dueMs;
  row.originalMs = 1_685_278_800_000 + step * 131;
  row.sessionMs = 3_600_000 + step * 131;
  row.speedKmh = Math.round((180 + 110 * Math.sin(step / 40 + driver)) * 10) / 10;
  row.rpm = Math.round(10_500 + 1500 * Math.sin(step / 7 + driver));
  row.throttlePct = step % 9 === 0 ? 0 : 100;
  row.brake = step % 9 === 0 ? 1 : 0;
  row.gear = 2 + (step % 7);
  row.drs = step % 50 < 8 ? 12 : 0;
  row.x = Math.round(5000 * Math.sin(step / 300));
  row.y = Math.round(5000 * Math.cos(step / 300));
  row.z = 40;
  row.lapNumber = 2 + Math.floor(step / 600);
  row.compound = 2;
  row.distanceM = (step % 600) * 5.5;
  row.origin = step % 2;
  return { key: keys[driver]!, value: scratch.slice(0, writeTelemetry(scratch, 0, row)) };
}

async function send(broker: Broker, count: number, dueOf: (at: number) => number): Promise<void> {
  const batches: ProduceRecord[][] = Array.from({ length: partitions }, () => []);
  for (let at = 0; at < count; at++)
    batches[lanes[(nextRow + at) % codes.length]!]!.push(recordOf(nextRow + at, dueOf(at)));
  nextRow += count;
  await Promise.all(
    batches.map((records, partition) =>
      records.length === 0 ? Promise.resolve(null) : broker.produce({ topic, partition, records, headers }),
    ),
  );
}

/** Every driver's buffer full, as if rows had arrived at `perS` until now. */
async function fill(broker: Broker, points: number, perS: number): Promise<LoadReport> {
  const startedMs = Date.now();
  const total = points * codes.length;
  const first = startedMs - (total / perS) * 1000;
  for (let sent = 0; sent < total;) {
    const count = Math.min(4000, total - sent);
    const base = sent;
    await send(broker, count, (at) => Math.floor(first + ((base + at) / perS) * 1000));
    sent += count;
  }
  return { op: 'filled', rows: total, seconds: (Date.now() - startedMs) / 1000 };
}

async function pace(broker: Broker, state: NonNullable<typeof pacing>): Promise<void> {
  const anchor = performance.timeOrigin + performance.now();
  let sent = 0;
  while (!state.isEnding) {
    const elapsedS = (performance.timeOrigin + performance.now() - anchor) / 1000;
    const due = Math.floor(elapsedS * state.perS);
    if (due > sent) {
      const base = sent;
      sent = due;
      await send(broker, due - base, (at) => Math.floor(anchor + ((base + at) / state.perS) * 1000));
    } else await delay(1);
  }
}

const client = await connectKafka({
  bootstrapServers: bootstrap,
  clientId: 'bench-load',
  deliveryTimeoutMs: 30_000,
  log: noLog,
});
const tell = (report: LoadReport): void => void process.send?.(report);
process.on('message', (command: LoadCommand) => {
  void (async () => {
    switch (command.op) {
      case 'fill':
        return tell(await fill(client, command.points, command.perS));
      case 'pace':
        pacing = { perS: command.perS, isEnding: false, done: Promise.resolve() };
        pacing.done = pace(client, pacing);
        return;
      case 'stop':
        if (pacing !== null) pacing.isEnding = true;
        await pacing?.done;
        pacing = null;
        return tell({ op: 'stopped', rows: nextRow, seconds: 0 });
    }
  })();
});
process.on('disconnect', () => void client.close());
process.on('SIGTERM', () => {
  if (pacing !== null) pacing.isEnding = true;
  void client.close().finally(() => process.exit(0));
});
