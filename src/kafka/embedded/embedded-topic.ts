import { randomUUID } from 'node:crypto';
import type { TopicDescription } from '../../domain/broker.ts';
import { PartitionLog } from './partition-log.ts';

/** A topic in memory: one log per partition and an id of its own. */
export class EmbeddedTopic {
  readonly name: string;
  readonly id: string = randomUUID();
  readonly logs: readonly PartitionLog[];

  constructor(name: string, partitions: number, maxBytes: number) {
    this.name = name;
    this.logs = Array.from({ length: partitions }, () => new PartitionLog(maxBytes));
  }

  describe(): TopicDescription {
    const partitions = this.logs.map(({ startOffset, endOffset }, partition) => ({
      partition,
      startOffset,
      endOffset,
    }));
    return { name: this.name, id: this.id, partitions };
  }
}
