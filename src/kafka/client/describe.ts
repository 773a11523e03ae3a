import { createTopicsV7, offsetFetchV8 } from '@platformatic/kafka';
import type { BrokerDescription, GroupDescription, TopicDescription } from '../../domain/broker.ts';
import { groupCoordinator, onceCoordinated } from './group-offsets.ts';
import { answerOf } from './link.ts';
import type { ClusterView, KafkaLink } from './link.ts';
import { earliestTime, latestTime, listOffsets, partitionKey } from './list-offsets.ts';
import { leg } from './with-timeout.ts';

const defaultTimeoutMs = 3_000;
const probeTopic = 'slipstream-controller-probe';

/**
 * Asks for topics with offsets and for the lag of groups; a request that only the controller answers is one leg of it,
 * so a cluster without a live controller is noticed. Rejects within `timeoutMs` with an error that names the leg.
 */
export async function describeCluster(
  link: KafkaLink,
  request: { topics?: readonly string[]; groups?: readonly string[]; timeoutMs?: number } = {},
): Promise<BrokerDescription> {
  const endMs = performance.now() + (request.timeoutMs ?? defaultTimeoutMs);
  const rest = (): number => Math.max(1, Math.ceil(endMs - performance.now()));
  const view = await leg('metadata', rest(), 'F1_KAFKA_UNREACHABLE', () =>
    link.metadata(request.topics ?? null),
  );
  const [, topics] = await Promise.all([
    leg('controller round trip', rest(), 'F1_KAFKA_CONTROLLER', () => askController(link, rest())),
    leg('offsets of the topics', rest(), 'F1_KAFKA_UNREACHABLE', () => describeTopics(link, view)),
  ]);
  const groups = await Promise.all(
    (request.groups ?? []).map((group) =>
      leg(`offsets of group '${group}'`, rest(), 'F1_KAFKA_UNREACHABLE', () =>
        onceCoordinated(() => describeGroup(link, group, topics)),
      ),
    ),
  );
  return { clusterId: view.clusterId, nodes: view.nodes.size, topics, groups };
}

/** Has the controller check a topic that is not created: any answer of it will do. */
async function askController(link: KafkaLink, timeoutMs: number): Promise<void> {
  const connection = await link.any();
  const topic = { name: probeTopic, numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] };
  const { topics } = await answerOf(() => createTopicsV7.api.async(connection, [topic], timeoutMs, true));
  const failed = topics.find(({ errorCode }) => errorCode === requestTimedOut || errorCode === notController);
  if (failed !== undefined) throw new Error(`the controller did not answer (error ${failed.errorCode})`);
}

const requestTimedOut = 7;
const notController = 41;

async function describeTopics(link: KafkaLink, view: ClusterView): Promise<TopicDescription[]> {
  const topics = [...view.topics.values()].filter(({ name }) => !name.startsWith('__'));
  const questions = (time: number): Parameters<typeof listOffsets>[1] =>
    topics.flatMap((topic) => topic.leaders.map((_, partition) => ({ topic, partition, time })));
  const [starts, ends] = await Promise.all([
    listOffsets(link, questions(earliestTime)),
    listOffsets(link, questions(latestTime)),
  ]);
  return topics.map(({ name, id, leaders }) => ({
    name,
    id,
    partitions: leaders.map((_, partition) => ({
      partition,
      startOffset: starts.get(partitionKey(name, partition)) ?? 0,
      endOffset: ends.get(partitionKey(name, partition)) ?? 0,
    })),
  }));
}

async function describeGroup(
  link: KafkaLink,
  group: string,
  topics: readonly TopicDescription[],
): Promise<GroupDescription> {
  const coordinator = await groupCoordinator(link, group);
  if (coordinator === null) return { group, offsets: [] };
  const asked = topics.map(({ name, partitions }) => ({
    name,
    partitionIndexes: partitions.map(({ partition }) => partition),
  }));
  const { groups } = await offsetFetchV8.api.async(
    coordinator,
    [{ groupId: group, memberId: null, memberEpoch: -1, topics: asked }],
    false,
  );
  const committed = new Map<string, number>();
  for (const topic of groups[0]?.topics ?? []) {
    for (const { partitionIndex, committedOffset } of topic.partitions) {
      if (committedOffset >= 0n)
        committed.set(partitionKey(topic.name, partitionIndex), Number(committedOffset));
    }
  }
  const offsets = topics.flatMap(({ name, partitions }) =>
    partitions.map(({ partition, startOffset, endOffset }) => {
      const offset = committed.get(partitionKey(name, partition)) ?? null;
      return {
        topic: name,
        partition,
        committed: offset,
        lag: Math.max(0, endOffset - Math.max(offset ?? 0, startOffset)),
      };
    }),
  );
  const isKnown = new Set(offsets.filter((one) => one.committed !== null).map(({ topic }) => topic));
  return { group, offsets: offsets.filter(({ topic }) => isKnown.has(topic)) };
}
