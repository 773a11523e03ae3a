import { produceV9, ProtocolError, Writer } from '@platformatic/kafka';
import type { Connection } from '@platformatic/kafka';
import { answerOf } from './link.ts';

const produceApiKey = 0;
const produceApiVersion = 9;
const allReplicas = -1;

interface Parcel {
  readonly topic: string;
  readonly partition: number;
  readonly batch: Buffer;
  readonly done: PromiseWithResolvers<number>;
}

type Answer = ReturnType<typeof produceV9.parseResponse>;

/**
 * Sends record batches to their partitions' leaders, acknowledged by all replicas. Batches of several partitions that
 * are handed over in one turn of the event loop travel in one request: a tick of the replay costs one round trip, not
 * one per partition.
 */
export class ProduceRequests {
  readonly #ackTimeoutMs: number;
  readonly #waiting = new Map<Connection, Parcel[]>();

  constructor(ackTimeoutMs: number) {
    this.#ackTimeoutMs = ackTimeoutMs;
  }

  /**
   * Offset of the batch's first record. At most one batch of a partition may be under way; its bytes must not change
   * before the answer. Rejects with the protocol error of this partition or the network error of the request.
   */
  send(connection: Connection, topic: string, partition: number, batch: Buffer): Promise<number> {
    const parcel = { topic, partition, batch, done: Promise.withResolvers<number>() };
    const waiting = this.#waiting.get(connection);
    if (waiting !== undefined) waiting.push(parcel);
    else {
      this.#waiting.set(connection, [parcel]);
      setImmediate(() => void this.#flush(connection));
    }
    return parcel.done.promise;
  }

  async #flush(connection: Connection): Promise<void> {
    const parcels = this.#waiting.get(connection) ?? [];
    this.#waiting.delete(connection);
    try {
      const { responses } = await answerOf(() => request(connection, parcels, this.#ackTimeoutMs));
      const answers = new Map(responses.map(({ name, partitionResponses }) => [name, partitionResponses]));
      for (const { topic, partition, done } of parcels) {
        const answer = answers.get(topic)?.find(({ index }) => index === partition);
        if (answer === undefined) done.reject(new Error('The broker sent no offset'));
        else if (answer.errorCode === 0) done.resolve(Number(answer.baseOffset));
        else done.reject(new ProtocolError(answer.errorCode, answer.errorMessage ?? null));
      }
    } catch (error) {
      for (const { done } of parcels) done.reject(error);
    }
  }
}

function request(connection: Connection, parcels: readonly Parcel[], ackTimeoutMs: number): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const createRequest = (): Writer =>
    Writer.create()
      .appendString(null)
      .appendInt16(allReplicas)
      .appendInt32(ackTimeoutMs)
      .appendArray([...Map.groupBy(parcels, ({ topic }) => topic)], (writer, [topic, some]) => {
        writer.appendString(topic).appendArray(some, (writer, { partition, batch }) => {
          writer
            .appendInt32(partition)
            .appendUnsignedVarInt(batch.length + 1)
            .append(batch);
        });
      })
      .appendTaggedFields();
  const { parseResponse } = produceV9;
  connection.send(
    produceApiKey,
    produceApiVersion,
    createRequest,
    parseResponse,
    true,
    true,
    (error, answer) => {
      if (error !== null) reject(error);
      else if (answer === undefined) reject(new Error('The broker sent no answer'));
      else resolve(answer);
    },
  );
  return promise;
}
