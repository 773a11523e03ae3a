import type { MessagePort } from 'node:worker_threads';
import type {
  Broker,
  BrokerDescription,
  BrokerRecord,
  ConsumeRequest,
  ProduceBatch,
  ProduceResult,
  RecordBatch,
  TopicReport,
} from '../../domain/broker.ts';
import type { TopicSpec } from '../../domain/topics.ts';
import { closedError } from '../errors.ts';
import { packRecords, unpackRecords } from '../packed-records.ts';
import { splitOversize } from '../split-oversize.ts';
import { validateBatch } from '../validate-batch.ts';
import { batchCreditBytes, creditBytes, errorFromPort } from './port-messages.ts';
import type { PortAnswer, PortBatch, PortRequest } from './port-messages.ts';

type Result = Extract<PortAnswer, { op: 'done' }>['result'];

interface Stream {
  readonly queue: PortBatch[];
  readonly onReset: ConsumeRequest['onReset'];
  wake: (() => void) | null;
  isEnded: boolean;
  error: Error | null;
}

/**
 * The broker at the other end of a port (see `serveBroker`). Batches travel as one transferred buffer; a reader that
 * is slow holds the log's side back by credit. `close` ends the port's use, not the broker.
 */
export function remoteBroker(port: MessagePort): Broker {
  const pending = new Map<number, PromiseWithResolvers<Result>>();
  const streams = new Map<number, Stream>();
  let nextId = 1;
  let isClosed = false;

  const send = (request: PortRequest, transfer: ArrayBuffer[] = []): void =>
    port.postMessage(request, transfer);

  function call(what: string, request: PortRequest, transfer: ArrayBuffer[] = []): Promise<Result> {
    if (isClosed) return Promise.reject(closedError(what));
    const waiting = Promise.withResolvers<Result>();
    pending.set(request.id, waiting);
    send(request, transfer);
    return waiting.promise;
  }

  function wake(stream: Stream): void {
    const resolve = stream.wake;
    stream.wake = null;
    resolve?.();
  }

  function settle(answer: Extract<PortAnswer, { op: 'done' | 'failed' }>): void {
    const waiting = pending.get(answer.id);
    pending.delete(answer.id);
    if (answer.op === 'done') waiting?.resolve(answer.result);
    else waiting?.reject(errorFromPort(answer.error));
  }

  function end(): void {
    if (isClosed) return;
    isClosed = true;
    for (const waiting of pending.values())
      waiting.reject(closedError('A call to the broker in the other thread'));
    pending.clear();
    for (const stream of streams.values()) {
      stream.isEnded = true;
      wake(stream);
    }
  }

  port.on('message', (answer: PortAnswer) => {
    if (answer.op === 'done' || answer.op === 'failed') return settle(answer);
    const stream = streams.get(answer.id);
    if (stream === undefined) return undefined;
    if (answer.op === 'reset') {
      return stream.onReset?.({ topic: answer.topic, partition: answer.partition, reason: answer.reason });
    }
    if (answer.op === 'batch') stream.queue.push(answer);
    else {
      stream.isEnded = true;
      stream.error = answer.error === null ? null : errorFromPort(answer.error);
    }
    return wake(stream);
  });
  port.on('close', end);

  async function createTopics(specs: readonly TopicSpec[]): Promise<TopicReport[]> {
    const result = await call('Creating topics', { op: 'createTopics', id: nextId++, specs });
    return result as TopicReport[];
  }

  async function produce(batch: ProduceBatch): Promise<ProduceResult> {
    validateBatch(batch);
    const { topic, partition, headers } = batch;
    const { records, refused } = splitOversize(batch.records);
    if (records.length === 0 && refused.length > 0) return { baseOffset: null, refused };
    const { count, buffer } = packRecords(records);
    const timestampMs = batch.timestampMs ?? Date.now();
    const request = {
      op: 'produce',
      id: nextId++,
      topic,
      partition,
      headers,
      timestampMs,
      count,
      buffer,
    } as const;
    const result = (await call('Producing', request, [buffer])) as ProduceResult;
    return refused.length === 0 ? result : { baseOffset: result.baseOffset, refused };
  }

  function consume(request: ConsumeRequest): AsyncIterable<RecordBatch> {
    const id = nextId++;
    const stream: Stream = {
      queue: [],
      onReset: request.onReset,
      wake: null,
      isEnded: isClosed,
      error: null,
    };
    const { topics, group } = request;
    if (request.signal.aborted) stream.isEnded = true;
    if (!stream.isEnded) {
      streams.set(id, stream);
      const common = { op: 'consume', id, topics } as const;
      send(group === undefined ? common : { ...common, group });
    }
    const cancel = (): void => {
      request.signal.removeEventListener('abort', cancel);
      if (!streams.delete(id)) return;
      stream.isEnded = true;
      if (!isClosed) send({ op: 'cancel', id });
      wake(stream);
    };
    request.signal.addEventListener('abort', cancel, { once: true });
    return batchesOf(stream, (bytes) => send({ op: 'credit', id, bytes }), cancel, request.signal);
  }

  async function commit(...[group, offsets]: Parameters<Broker['commit']>): Promise<void> {
    await call('Committing', { op: 'commit', id: nextId++, group, offsets });
  }

  async function describe(request: Parameters<Broker['describe']>[0] = {}): Promise<BrokerDescription> {
    return (await call('Describing', { op: 'describe', id: nextId++, ...request })) as BrokerDescription;
  }

  async function close(): Promise<void> {
    if (isClosed) return;
    end();
    port.close();
  }

  return { kind: 'embedded', address: 'embedded', createTopics, produce, consume, commit, describe, close };
}

async function* batchesOf(
  stream: Stream,
  credit: (bytes: number) => void,
  cancel: () => void,
  signal: AbortSignal,
): AsyncGenerator<RecordBatch, void, undefined> {
  let spent = 0;
  try {
    while (!signal.aborted) {
      const next = stream.queue.shift();
      if (next !== undefined) {
        yield toBatch(next);
        spent += next.buffer.byteLength + batchCreditBytes;
        if (spent < creditBytes / 4 || stream.isEnded) continue;
        credit(spent);
        spent = 0;
      } else if (stream.isEnded) {
        if (stream.error !== null) throw stream.error;
        return;
      } else {
        const { promise, resolve } = Promise.withResolvers<void>();
        stream.wake = resolve;
        await promise;
      }
    }
  } finally {
    cancel();
  }
}

function toBatch(message: PortBatch): RecordBatch {
  const { topic, partition, endOffset, reset, offsets, timestampMs, headers } = message;
  const place = { baseOffset: 0, timestampMs: 0, headers: {} };
  const records = unpackRecords(message, place).map(({ key, value }, index): BrokerRecord => ({
    offset: offsets[index]!,
    timestampMs: typeof timestampMs === 'number' ? timestampMs : timestampMs[index]!,
    key,
    value,
    headers: Array.isArray(headers) ? headers[index] : headers,
  }));
  const batch = { topic, partition, records, endOffset };
  return reset === null ? batch : { ...batch, reset };
}
