import assert from 'node:assert/strict';
import type { Broker, ConsumeRequest, ProduceRecord, RecordBatch } from '../../src/domain/broker.ts';
import type { TopicSpec } from '../../src/domain/topics.ts';

/** One implementation of the seam under test. */
export interface BrokerUnderTest {
  readonly broker: Broker;
  /** Another connection to the same log, as another process would have. */
  connect(): Promise<Broker>;
  close(): Promise<void>;
}

interface SeenRecord {
  readonly partition: number;
  readonly offset: number;
  readonly timestampMs: number;
  readonly key: string | null;
  readonly value: string | null;
  readonly headers: Readonly<Record<string, string>>;
}

let topicNumber = 0;

/** A topic name that no other test uses. */
export function freshTopic(prefix = 'conformance'): string {
  topicNumber += 1;
  return `${prefix}-${process.pid}-${Date.now().toString(36)}-${topicNumber}`;
}

export function specOf(name: string, partitions: number): TopicSpec {
  const config = {
    'message.timestamp.type': 'CreateTime',
    'message.timestamp.after.max.ms': '9223372036854775807',
  };
  return { role: 'telemetry', name, partitions, replicationFactor: 1, config };
}

export function recordsOf(values: readonly string[], key: string | null = 'VER'): ProduceRecord[] {
  return values.map((value) => ({ key: key === null ? null : Buffer.from(key), value: Buffer.from(value) }));
}

export function numbered(count: number, prefix = 'v'): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${index}`);
}

/** Reads until `enough` records were seen (or the time is up, then fails), and ends the reading. */
export async function readRecords(
  broker: Broker,
  request: Omit<ConsumeRequest, 'signal'>,
  enough: number,
  onBatch: (batch: RecordBatch) => void | Promise<void> = () => {},
): Promise<SeenRecord[]> {
  const abort = new AbortController();
  const seen: SeenRecord[] = [];
  const timer = setTimeout(() => abort.abort(), 20_000);
  try {
    for await (const batch of broker.consume({ ...request, signal: abort.signal })) {
      for (const record of batch.records) seen.push(textOf(batch.partition, record));
      await onBatch(batch);
      if (seen.length >= enough) abort.abort();
    }
  } finally {
    clearTimeout(timer);
  }
  assert.ok(seen.length >= enough, `read ${seen.length} of ${enough} records within 20 s`);
  return seen;
}

function textOf(partition: number, record: RecordBatch['records'][number]): SeenRecord {
  const { offset, timestampMs, headers } = record;
  const key = record.key === null ? null : Buffer.from(record.key).toString();
  const value = record.value === null ? null : Buffer.from(record.value).toString();
  return { partition, offset, timestampMs, key, value, headers: { ...headers } };
}

/** Value of the first record that comes, or null when the reading ended before. */
export async function readFirst(batches: AsyncIterable<RecordBatch>): Promise<string | null> {
  for await (const { records } of batches) return Buffer.from(records[0]?.value ?? '').toString();
  return null;
}
