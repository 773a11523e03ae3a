import type { Broker, RecordBatch, StartPosition } from '../domain/broker.ts';
import { F1Error, messageOf } from '../domain/errors.ts';
import type { Log } from '../domain/log.ts';
import { headerNames, messageVersion, severityPartition } from '../domain/topics.ts';
import { readHighWater, sourceHeader, type HighWater } from './high-water.ts';
import {
  PartitionTask,
  type RowDetector,
  type SetAsideReason,
  type TaskCounters,
  type TaskOutput,
} from './partition-task.ts';

export interface ProcessorOptions {
  readonly broker: Broker;
  readonly topics: { readonly telemetry: string; readonly alerts: string };
  readonly alertPartitions: number;
  readonly createDetector: () => RowDetector;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Where reading starts when the group has no committed offset, e.g. the run's start. */
  readonly since: StartPosition;
  /** Members of one group share the partitions; null = every partition, no group, no commits. */
  readonly group: string | null;
  readonly commitIntervalMs?: number;
}

export interface ProcessorStats {
  readonly rows: number;
  readonly setAside: Readonly<Record<SetAsideReason, number>>;
  /** Alerts stored, by type: openings only. */
  readonly alerts: Readonly<Record<string, number>>;
  /** Records stored in the alert topic (openings and closings). */
  readonly published: number;
  /** The same by partition of the alert topic. */
  readonly publishedByPartition: readonly number[];
  /** Outputs found stored already after a restart. */
  readonly suppressed: number;
}

/** A running processor. */
export interface Processor {
  stats(): ProcessorStats;
  /** Next telemetry offset per partition: what has been read and answered for. */
  positions(): ReadonlyMap<number, number>;
  /** Settles when the loop has ended; rejects when it could not go on. */
  readonly done: Promise<void>;
  /** Closes and stores what is open; for the end of a run that nobody continues. */
  finish(): Promise<void>;
}

const logEvery = 1000;

/**
 * Reads `f1-telemetry` in a consumer group, runs one task per partition and stores alerts by severity. Effectively
 * once: the offset committed is that of the segment's first row, so that a restart rebuilds the same state, and outputs
 * that a former process stored are recognised by their source.
 */
export function startProcessor(options: ProcessorOptions): Processor {
  const { broker, topics, log, signal, group } = options;
  const counters: TaskCounters = {
    rows: 0,
    setAside: { undecodable: 0, implausible: 0, headers: 0, stale: 0 },
  };
  const alerts: Record<string, number> = {};
  const tasks = new Map<number, PartitionTask>();
  const positions = new Map<number, number>();
  let published = 0;
  const byPartition = Array.from({ length: options.alertPartitions }, () => 0);
  let suppressed = 0;
  let water: HighWater | null = null;
  let lastCommitMs = 0;

  const onSetAside = (reason: SetAsideReason, partition: number, offset: number, detail: string): void => {
    const count = counters.setAside[reason];
    if (count !== 1 && count % logEvery !== 0) return;
    log.warn(
      `Set aside a telemetry record (${reason}, ${count} so far): ${topics.telemetry}-${partition} offset ${offset}: ${detail}`,
    );
  };
  const taskOf = (partition: number): PartitionTask => {
    let task = tasks.get(partition);
    if (task === undefined) {
      task = new PartitionTask({ partition, createDetector: options.createDetector, counters, onSetAside });
      tasks.set(partition, task);
    }
    return task;
  };

  const storeOne = async (partition: number, output: TaskOutput): Promise<void> => {
    const { alert, run, segment, offset, index } = output;
    const target = severityPartition[alert.severity] % options.alertPartitions;
    if (water !== null && !water.isNew({ run, segment, partition, target }, offset, index)) {
      suppressed += 1;
      return;
    }
    const result = await broker.produce({
      topic: topics.alerts,
      partition: target,
      records: [{ key: encode(alert.alert_id), value: encode(JSON.stringify(alert)) }],
      headers: {
        [headerNames.run]: run,
        [headerNames.segment]: String(segment),
        [headerNames.version]: messageVersion,
        [sourceHeader]: `${partition}-${offset}-${index}`,
      },
    });
    const refused = result.refused[0];
    if (refused !== undefined) {
      throw new F1Error('F1_PROCESS_REFUSED', `Cannot store alert ${alert.alert_id}: ${refused.reason}`);
    }
    published += 1;
    byPartition[target]! += 1;
    if (alert.state === 'open') alerts[alert.alert_type] = (alerts[alert.alert_type] ?? 0) + 1;
  };

  /** Hands all outputs over at once: the broker keeps call order within a partition, so opening stays before closing. */
  const store = async (partition: number, outputs: readonly TaskOutput[]): Promise<void> => {
    await Promise.all(outputs.map((output) => storeOne(partition, output)));
  };

  const commit = async (): Promise<void> => {
    if (group === null) return;
    const offsets = [...tasks].map(([partition, task]) => ({
      topic: topics.telemetry,
      partition,
      offset: task.safeOffset(),
    }));
    if (offsets.length === 0) return;
    try {
      await broker.commit(group, offsets);
    } catch (error) {
      // Not fatal: a restart reads more again, and what was stored is recognised.
      log.warn(`Cannot commit the offsets of group ${group}: ${messageOf(error)}`);
    }
  };

  const acceptBatch = async (batch: RecordBatch): Promise<void> => {
    if (batch.reset === 'topic-recreated') tasks.delete(batch.partition);
    // A partition that is new here, or comes again, was read by another member of the group until now.
    const isTakenOver = (positions.get(batch.partition) ?? Infinity) > (batch.records[0]?.offset ?? Infinity);
    if (group !== null && isTakenOver) {
      water = await readHighWater(broker, topics.alerts, signal);
    }
    const outputs: TaskOutput[] = [];
    taskOf(batch.partition).accept(batch.records, outputs);
    if (outputs.length > 0) await store(batch.partition, outputs);
    const last = batch.records.at(-1);
    if (last !== undefined) positions.set(batch.partition, last.offset + 1);
    const now = performance.now();
    if (now - lastCommitMs >= (options.commitIntervalMs ?? 1000)) {
      lastCommitMs = now;
      await commit();
    }
  };

  const run = async (): Promise<void> => {
    water = await readHighWater(broker, topics.alerts, signal);
    const request = {
      topics: [{ topic: topics.telemetry, start: options.since }],
      signal,
      ...(group === null ? {} : { group }),
    };
    for await (const batch of broker.consume(request)) await acceptBatch(batch);
    await commit();
  };

  return {
    stats: () => ({
      rows: counters.rows,
      setAside: { ...counters.setAside },
      alerts: { ...alerts },
      published,
      publishedByPartition: [...byPartition],
      suppressed,
    }),
    positions: () => positions,
    done: run(),
    async finish() {
      for (const [partition, task] of tasks) {
        const outputs: TaskOutput[] = [];
        task.finish(outputs);
        await store(partition, outputs);
      }
    },
  };
}

const encoder = new TextEncoder();

function encode(text: string): Uint8Array {
  return encoder.encode(text);
}
