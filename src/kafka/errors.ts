import { F1Error } from '../domain/errors.ts';

/** F1_KAFKA_CLOSED: a call on a broker that was closed. */
export function closedError(what: string): F1Error {
  return new F1Error('F1_KAFKA_CLOSED', `${what} failed: the broker connection is closed`, {
    hint: 'Open a new connection',
  });
}

/** F1_KAFKA_TOPIC_UNKNOWN: the topic, or that partition of it, does not exist. */
export function unknownTopicError(topic: string, partition: number, partitions: number): F1Error {
  const message =
    partitions === 0
      ? `Topic '${topic}' does not exist`
      : `Topic '${topic}' has no partition ${partition}, only 0 to ${partitions - 1}`;
  return new F1Error('F1_KAFKA_TOPIC_UNKNOWN', message, {
    hint: 'Create the topics with: slipstream topics create',
    canRetry: true,
    exitCode: 2,
  });
}
