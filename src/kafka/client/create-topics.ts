import { setTimeout as delay } from 'node:timers/promises';
import { createTopicsV7, protocolErrorsCodesById } from '@platformatic/kafka';
import type { TopicReport } from '../../domain/broker.ts';
import { F1Error } from '../../domain/errors.ts';
import type { TopicSpec } from '../../domain/topics.ts';
import { answerOf } from './link.ts';
import type { KafkaLink } from './link.ts';
import { leg } from './with-timeout.ts';

const createTimeoutMs = 5_000;
const visibleTimeoutMs = 10_000;
const createAgainMs = 500;
const alreadyExists = 36;
const throttled = 89;

/**
 * Creates the topics that are missing and waits until the broker shows them with a leader; existing ones are compared
 * and never changed. Throws F1_KAFKA_REFUSED, _SECURITY, _CONTROLLER or _UNREACHABLE.
 */
export async function createTopicsIn(link: KafkaLink, specs: readonly TopicSpec[]): Promise<TopicReport[]> {
  const names = specs.map(({ name }) => name);
  const before = await leg('metadata', createTimeoutMs, 'F1_KAFKA_UNREACHABLE', () => link.metadata(names));
  const missing = specs.filter(({ name }) => !before.topics.has(name));
  const created = new Set<string>();
  const create = async (some: readonly TopicSpec[]): Promise<void> => {
    const answers = await leg('creating topics (controller)', createTimeoutMs, 'F1_KAFKA_CONTROLLER', () =>
      requestTopics(link, some),
    );
    for (const { name, errorCode, errorMessage } of answers) {
      if (errorCode === 0) created.add(name);
      else if (errorCode !== alreadyExists) throw refusal(name, errorCode, errorMessage ?? null);
    }
  };
  if (missing.length > 0) await create(missing);
  const topics = await waitVisible(link, specs, create);
  return specs.map((spec) => {
    const partitions = topics.get(spec.name) ?? spec.partitions;
    const common = { topic: spec.name, partitions, wantedPartitions: spec.partitions };
    if (created.has(spec.name)) return { ...common, status: 'created' };
    return { ...common, status: partitions === spec.partitions ? 'exists' : 'mismatch' };
  });
}

async function requestTopics(
  link: KafkaLink,
  specs: readonly TopicSpec[],
): Promise<{ name: string; errorCode: number; errorMessage?: string | null | undefined }[]> {
  const connection = await link.any();
  const topics = specs.map(({ name, partitions, replicationFactor, config }) => ({
    name,
    numPartitions: partitions,
    replicationFactor,
    assignments: [],
    configs: Object.entries(config).map(([key, value]) => ({ name: key, value })),
  }));
  return (await answerOf(() => createTopicsV7.api.async(connection, topics, createTimeoutMs, false))).topics;
}

/**
 * Partition counts once every topic and a leader of each partition is known to the broker. A topic that was there and
 * went (its deletion was still under way) is created anew.
 */
async function waitVisible(
  link: KafkaLink,
  specs: readonly TopicSpec[],
  create: (some: readonly TopicSpec[]) => Promise<void>,
): Promise<Map<string, number>> {
  const names = specs.map(({ name }) => name);
  const endMs = performance.now() + visibleTimeoutMs;
  let createMs = performance.now() + createAgainMs;
  for (;;) {
    const { topics } = await link.metadata(names);
    const isReady = names.every((name) => topics.get(name)?.leaders.every((leader) => leader >= 0) === true);
    if (isReady) return new Map([...topics.values()].map(({ name, leaders }) => [name, leaders.length]));
    const gone = specs.filter(({ name }) => !topics.has(name));
    if (gone.length > 0 && performance.now() >= createMs) {
      createMs = performance.now() + createAgainMs;
      await create(gone);
    }
    if (performance.now() >= endMs) {
      const absent = names.filter((name) => !topics.has(name));
      const what =
        absent.length > 0 ? `Topics ${absent.join(', ')} did not appear` : 'A partition has no leader';
      throw new F1Error(
        'F1_KAFKA_CONTROLLER',
        `${what} within ${visibleTimeoutMs / 1_000} s after their creation`,
        {
          hint: 'Look into the log of the broker: its controller does not answer, or the cluster has too few brokers',
          canRetry: true,
        },
      );
    }
    await delay(20);
  }
}

function refusal(name: string, errorCode: number, detail: string | null): F1Error {
  const id =
    Object.entries(protocolErrorsCodesById).find(([code]) => Number(code) === errorCode)?.[1] ?? errorCode;
  const message = `Kafka refused to create topic '${name}': ${id}${detail === null ? '' : ` (${detail})`}`;
  if (`${id}`.endsWith('AUTHORIZATION_FAILED')) {
    return new F1Error('F1_KAFKA_SECURITY', message, {
      hint: 'Grant the user the right to create topics, or have them created by who may',
      exitCode: 2,
    });
  }
  const hint =
    id === 'INVALID_REPLICATION_FACTOR'
      ? 'Set kafka.replication_factor to at most the number of brokers'
      : 'Correct the topic settings of the configuration';
  return new F1Error('F1_KAFKA_REFUSED', message, { hint, exitCode: 2, canRetry: errorCode === throttled });
}
