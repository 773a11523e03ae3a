import type { MessagePort } from 'node:worker_threads';
import type { Broker, ConsumeRequest, ProduceResult, RecordBatch } from '../../domain/broker.ts';
import type { EmbeddedBroker } from '../embedded/embedded-broker.ts';
import { packRecords, unpackRecords } from '../packed-records.ts';
import { batchCreditBytes, creditBytes, errorToPort } from './port-messages.ts';
import type { PortAnswer, PortRequest } from './port-messages.ts';

interface Reader {
  readonly abort: AbortController;
  credit: number;
  wake: (() => void) | null;
}

/**
 * Lets the thread at the other end of the port use this broker through `remoteBroker`. `close` ends its readers and
 * the port; the broker stays open.
 */
export function serveBroker(broker: Broker, port: MessagePort): { close(): void } {
  const readers = new Map<number, Reader>();

  const answer = (message: PortAnswer, transfer: ArrayBuffer[] = []): void =>
    port.postMessage(message, transfer);

  async function run(
    id: number,
    work: Promise<Extract<PortAnswer, { op: 'done' }>['result'] | void>,
  ): Promise<void> {
    try {
      answer({ op: 'done', id, result: (await work) ?? null });
    } catch (error) {
      answer({ op: 'failed', id, error: errorToPort(error) });
    }
  }

  async function read(request: Extract<PortRequest, { op: 'consume' }>): Promise<void> {
    const { id, topics, group } = request;
    const reader: Reader = { abort: new AbortController(), credit: creditBytes, wake: null };
    readers.set(id, reader);
    const onReset: NonNullable<ConsumeRequest['onReset']> = (reset) => answer({ op: 'reset', id, ...reset });
    const common = { topics, signal: reader.abort.signal, onReset };
    try {
      for await (const batch of broker.consume(group === undefined ? common : { ...common, group })) {
        sendBatch(id, batch, reader);
        while (reader.credit <= 0 && !reader.abort.signal.aborted) {
          const { promise, resolve } = Promise.withResolvers<void>();
          reader.wake = resolve;
          await promise;
        }
      }
      answer({ op: 'end', id, error: null });
    } catch (error) {
      answer({ op: 'end', id, error: errorToPort(error) });
    } finally {
      readers.delete(id);
    }
  }

  function sendBatch(id: number, batch: RecordBatch, reader: Reader): void {
    const { topic, partition, records, endOffset, reset } = batch;
    const { count, buffer } = packRecords(records);
    const offsets = new Float64Array(count);
    const stamps = new Float64Array(count);
    const first = records[0];
    let isEven = true;
    for (let index = 0; index < count; index++) {
      const record = records[index]!;
      offsets[index] = record.offset;
      stamps[index] = record.timestampMs;
      if (record.timestampMs !== first?.timestampMs || record.headers !== first.headers) isEven = false;
    }
    reader.credit -= buffer.byteLength + batchCreditBytes;
    const common = {
      op: 'batch',
      id,
      topic,
      partition,
      endOffset,
      reset: reset ?? null,
      count,
      buffer,
      offsets,
    } as const;
    const transfer = [buffer, offsets.buffer];
    if (isEven) {
      answer({ ...common, timestampMs: first?.timestampMs ?? 0, headers: first?.headers ?? {} }, transfer);
    } else {
      answer({ ...common, timestampMs: stamps, headers: records.map(({ headers }) => headers) }, [
        ...transfer,
        stamps.buffer,
      ]);
    }
  }

  function stopReaders(): void {
    for (const reader of readers.values()) {
      reader.abort.abort();
      reader.wake?.();
    }
  }

  port.on('message', (request: PortRequest) => {
    if (request.op === 'createTopics') void run(request.id, broker.createTopics(request.specs));
    else if (request.op === 'produce') void run(request.id, store(broker, request));
    else if (request.op === 'commit') void run(request.id, broker.commit(request.group, request.offsets));
    else if (request.op === 'describe') void run(request.id, broker.describe(request));
    else if (request.op === 'consume') void read(request);
    else {
      const reader = readers.get(request.id);
      if (request.op === 'cancel') reader?.abort.abort();
      else if (reader !== undefined) reader.credit += request.bytes;
      reader?.wake?.();
    }
  });
  port.on('close', stopReaders);

  return {
    close(): void {
      stopReaders();
      port.close();
    },
  };
}

async function store(
  broker: Broker,
  request: Extract<PortRequest, { op: 'produce' }>,
): Promise<ProduceResult> {
  const { topic, partition, headers, timestampMs, count, buffer } = request;
  const packed = { count, buffer };
  if (isEmbedded(broker)) return broker.producePacked({ topic, partition, headers, timestampMs, packed });
  const records = unpackRecords(packed, { baseOffset: 0, timestampMs, headers }).map(({ key, value }) => ({
    key,
    value: value ?? new Uint8Array(0),
  }));
  return broker.produce({ topic, partition, headers, timestampMs, records });
}

function isEmbedded(broker: Broker): broker is EmbeddedBroker {
  return 'producePacked' in broker;
}
