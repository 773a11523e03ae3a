import type { Broker } from '../domain/broker.ts';
import { headerNames } from '../domain/topics.ts';

/** Header of an alert: partition, offset and index of the telemetry row that decided, 'P-O-I'. */
export const sourceHeader = 'source';

/** Where an output belongs: the telemetry partition it comes from and the alert partition it goes to. */
export interface OutputLane {
  readonly run: string;
  readonly segment: number;
  readonly partition: number;
  readonly target: number;
}

/**
 * Which outputs are already stored: per run, segment, source partition and alert partition the highest (offset, index)
 * that an alert names as its source. Within such a lane outputs are stored in source order, so whatever is not above
 * the mark was written before a restart and is not written again. Between alert partitions there is no order: a crash
 * may leave one of them behind.
 */
export class HighWater {
  readonly #marks = new Map<string, { offset: number; index: number }>();

  /** True when an output of this source is not stored yet. */
  isNew(lane: OutputLane, offset: number, index: number): boolean {
    const mark = this.#marks.get(keyOf(lane));
    return mark === undefined || offset > mark.offset || (offset === mark.offset && index > mark.index);
  }

  note(lane: OutputLane, offset: number, index: number): void {
    if (this.isNew(lane, offset, index)) this.#marks.set(keyOf(lane), { offset, index });
  }
}

function keyOf({ run, segment, partition, target }: OutputLane): string {
  return `${run}/${segment}/${partition}/${target}`;
}

/** More alerts than can lie between a committed offset and the newest row. */
const tailPerPartition = 10_000;

/** Reads the newest stored alerts of every partition, to the present end. Stops when the signal is aborted. */
export async function readHighWater(broker: Broker, topic: string, signal: AbortSignal): Promise<HighWater> {
  const water = new HighWater();
  const description = await broker.describe({ topics: [topic] });
  const ends = new Map<number, number>();
  for (const { partition, startOffset, endOffset } of description.topics[0]?.partitions ?? []) {
    if (endOffset > startOffset) ends.set(partition, endOffset);
  }
  if (ends.size === 0) return water;
  const stop = new AbortController();
  const both = AbortSignal.any([signal, stop.signal]);
  for await (const batch of broker.consume({
    topics: [{ topic, start: { tail: tailPerPartition } }],
    signal: both,
  })) {
    for (const record of batch.records) {
      const source = /^(\d+)-(\d+)-(\d+)$/.exec(record.headers[sourceHeader] ?? '');
      if (source === null) continue;
      const run = record.headers[headerNames.run] ?? '';
      const segment = Number(record.headers[headerNames.segment]);
      const lane = { run, segment, partition: Number(source[1]), target: batch.partition };
      water.note(lane, Number(source[2]), Number(source[3]));
    }
    const last = batch.records.at(-1);
    if (last !== undefined && last.offset + 1 >= (ends.get(batch.partition) ?? 0))
      ends.delete(batch.partition);
    if (ends.size === 0) stop.abort();
  }
  return water;
}
