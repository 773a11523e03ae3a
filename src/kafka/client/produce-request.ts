import { produceV9, Writer } from '@platformatic/kafka';
import type { Connection } from '@platformatic/kafka';

const produceApiKey = 0;
const produceApiVersion = 9;
const allReplicas = -1;

/**
 * Stores one record batch in a partition, acknowledged by all replicas; returns the offset of its first record.
 * Rejects with the library's protocol and network errors. The bytes are copied before this returns or, when earlier
 * requests wait, before the answer.
 */
export function produceRecords(
  connection: Connection,
  topic: string,
  partition: number,
  batch: Buffer,
  ackTimeoutMs: number,
): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const createRequest = (): Writer =>
    Writer.create()
      .appendString(null)
      .appendInt16(allReplicas)
      .appendInt32(ackTimeoutMs)
      .appendArray([topic], (writer) => {
        writer.appendString(topic).appendArray([partition], (writer) => {
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
      const stored = answer?.responses[0]?.partitionResponses[0];
      if (error !== null) reject(error);
      else if (stored === undefined) reject(new Error('The broker sent no offset'));
      else resolve(Number(stored.baseOffset));
    },
  );
  return promise;
}
