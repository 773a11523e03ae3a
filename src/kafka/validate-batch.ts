import type { ProduceBatch, ProduceRecord } from '../domain/broker.ts';
import { F1Error } from '../domain/errors.ts';

/** Largest record (key and value) that a broker with Kafka's default `message.max.bytes` takes, in bytes. */
export const maxRecordBytes = 1_048_576 - 512;

/** Room that a record takes beside key and value: lengths, attributes, deltas. */
export const recordOverheadBytes = 32;

/**
 * Throws F1_KAFKA_RECORD_INVALID for what a client library would keep retrying or write wrongly: values that are not
 * bytes, headers that are not text, a partition or stamp that is no number. O(records).
 */
export function validateBatch(batch: ProduceBatch): void {
  const where = `to '${String(batch.topic)}' partition ${String(batch.partition)}`;
  if (typeof batch.topic !== 'string' || batch.topic === '') throw invalid('A batch names no topic', 'topic');
  if (!Number.isInteger(batch.partition) || batch.partition < 0) {
    throw invalid(`A batch ${where} has a partition that is not a whole number from 0`, 'partition');
  }
  if (batch.timestampMs !== undefined && !(Number.isFinite(batch.timestampMs) && batch.timestampMs >= 0)) {
    throw invalid(`A batch ${where} has the stamp ${batch.timestampMs}, not epoch ms from 0`, 'timestampMs');
  }
  for (const [name, value] of Object.entries(batch.headers)) {
    if (typeof value !== 'string') {
      throw invalid(`Header '${name}' of a batch ${where} is a ${typeof value}, not text`, 'headers');
    }
  }
  for (let index = 0; index < batch.records.length; index++)
    validateRecord(batch.records[index]!, index, where);
}

function validateRecord(record: ProduceRecord, index: number, where: string): void {
  if (!(record.value instanceof Uint8Array)) {
    throw invalid(`Record ${index} ${where} has a value of type ${typeof record.value}, not bytes`, 'value');
  }
  if (record.key !== null && !(record.key instanceof Uint8Array)) {
    throw invalid(
      `Record ${index} ${where} has a key of type ${typeof record.key}, not bytes or null`,
      'key',
    );
  }
}

function invalid(message: string, field: string): F1Error {
  return new F1Error('F1_KAFKA_RECORD_INVALID', message, {
    hint: `Correct '${field}' of the batch before it is sent; nothing of it was stored`,
  });
}
