import assert from 'node:assert/strict';
import type { Broker, RecordBatch } from '../../../src/domain/broker.ts';

/** Produces numbered records and checks what a reader saw: nothing acknowledged lost, nothing twice, order kept. */
export class DeliveryChecker {
  readonly topic: string;
  readonly partitions: number;
  readonly acked: number[][];
  readonly seen: number[][];
  readonly offsets: number[][];
  readonly failures: unknown[] = [];
  #isStopped = false;

  constructor(topic: string, partitions: number) {
    this.topic = topic;
    this.partitions = partitions;
    this.acked = Array.from({ length: partitions }, () => []);
    this.seen = Array.from({ length: partitions }, () => []);
    this.offsets = Array.from({ length: partitions }, () => []);
  }

  /** Writes batches of `size` records to every partition, one call under way each, until `stop`. */
  async produce(broker: Broker, size: number, pauseMs: number): Promise<void> {
    const writers = this.acked.map(async (acked, partition) => {
      let next = 0;
      while (!this.#isStopped) {
        const numbers = Array.from({ length: size }, () => next++);
        const records = numbers.map((number) => ({
          key: Buffer.from('VER'),
          value: Buffer.from(String(number)),
        }));
        try {
          await broker.produce({
            topic: this.topic,
            partition,
            records,
            headers: { run: 'r', segment: '0', v: '1' },
          });
          acked.push(...numbers);
        } catch (error) {
          this.failures.push(error);
        }
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
      }
    });
    await Promise.all(writers);
  }

  stop(): void {
    this.#isStopped = true;
  }

  take({ partition, records }: RecordBatch): void {
    for (const { value, offset } of records) {
      this.seen[partition]!.push(Number(Buffer.from(value ?? '').toString()));
      this.offsets[partition]!.push(offset);
    }
  }

  get isComplete(): boolean {
    return this.acked.every((acked, partition) => acked.length <= this.seen[partition]!.length);
  }

  check(): void {
    assert.deepEqual(this.failures, []);
    for (let partition = 0; partition < this.partitions; partition++) {
      const seen = this.seen[partition]!;
      const offsets = this.offsets[partition]!;
      const outOfOrder = seen.filter((number, index) => index > 0 && number !== seen[index - 1]! + 1);
      assert.deepEqual(outOfOrder, [], `partition ${partition}: order kept, nothing twice, nothing left out`);
      const gaps = offsets.filter((offset, index) => index > 0 && offset !== offsets[index - 1]! + 1);
      assert.deepEqual(gaps, [], `partition ${partition}: offsets without gaps`);
      assert.equal(seen[0], 0);
      const last = this.acked[partition]!.at(-1) ?? -1;
      assert.ok((seen.at(-1) ?? -1) >= last, `partition ${partition}: nothing acknowledged is lost`);
    }
  }
}
