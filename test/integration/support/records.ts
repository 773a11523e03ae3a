import type { Broker, BrokerRecord } from '../../../src/domain/broker.ts';

export interface StoredRecord extends BrokerRecord {
  readonly partition: number;
}

const decoder = new TextDecoder();

/** Every record that a topic holds now, by partition and offset. */
export async function readTopic(broker: Broker, topic: string): Promise<StoredRecord[]> {
  const records: StoredRecord[] = [];
  await scanTopic(broker, topic, (record) =>
    records.push({
      ...record,
      key: record.key === null ? null : Uint8Array.from(record.key),
      value: record.value === null ? null : Uint8Array.from(record.value),
    }),
  );
  return records.sort((a, b) => a.partition - b.partition || a.offset - b.offset);
}

/** Shows every record that a topic holds now, in the order of its partition; a record is valid during the call. */
export async function scanTopic(
  broker: Broker,
  topic: string,
  visit: (record: StoredRecord) => void,
): Promise<void> {
  const description = await broker.describe({ topics: [topic] });
  const ends = new Map<number, number>();
  for (const { partition, startOffset, endOffset } of description.topics[0]?.partitions ?? []) {
    if (endOffset > startOffset) ends.set(partition, endOffset);
  }
  if (ends.size === 0) return;
  const stop = new AbortController();
  for await (const batch of broker.consume({ topics: [{ topic, start: 'earliest' }], signal: stop.signal })) {
    for (const record of batch.records) visit({ ...record, partition: batch.partition });
    const last = batch.records.at(-1);
    if (last !== undefined && last.offset + 1 >= (ends.get(batch.partition) ?? Infinity))
      ends.delete(batch.partition);
    if (ends.size === 0) stop.abort();
  }
}

/** Records of one run. */
export function ofRun(records: readonly StoredRecord[], run: string): StoredRecord[] {
  return records.filter(({ headers }) => headers['run'] === run);
}

export function keyText({ key }: BrokerRecord): string | null {
  return key === null ? null : decoder.decode(key);
}

/** The value as JSON; throws for anything that is not. */
export function valueOf(record: BrokerRecord): Record<string, unknown> {
  return JSON.parse(decoder.decode(record.value)) as Record<string, unknown>;
}
