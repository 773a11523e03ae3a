import { findCoordinatorV4, offsetCommitV8 } from '@platformatic/kafka';
import type { Connection } from '@platformatic/kafka';
import { F1Error } from '../../domain/errors.ts';
import { isKafkaError, translateError } from './kafka-error.ts';
import type { KafkaLink } from './link.ts';

const noGeneration = -1;

/** Connection to the node that keeps the offsets of a group, or null while none does. */
export async function groupCoordinator(link: KafkaLink, group: string): Promise<Connection | null> {
  const { coordinators } = await findCoordinatorV4.api.async(await link.any(), 0, [group]);
  const coordinator = coordinators[0];
  return coordinator === undefined || coordinator.nodeId < 0 ? null : link.node(coordinator.nodeId);
}

const coordinatorWaitMs = 1_500;
const coordinatorRetryMs = 100;

/**
 * Repeats work on group offsets for 1.5 s while their coordinator is not ready: a new cluster makes the topic of group
 * offsets when it is first asked for, a restarted one reads it.
 */
export async function onceCoordinated<T>(work: () => Promise<T>): Promise<T> {
  const endMs = performance.now() + coordinatorWaitMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const isStarting = isKafkaError(
        error,
        'COORDINATOR_NOT_AVAILABLE',
        'COORDINATOR_LOAD_IN_PROGRESS',
        'NOT_COORDINATOR',
      );
      if (!isStarting || performance.now() > endMs) throw error;
    }
    await new Promise((done) => setTimeout(done, coordinatorRetryMs));
  }
}

/**
 * Commits for a group that has no members any more: the last offsets of a reader that has just left. Throws
 * F1_KAFKA_REFUSED while others are in the group: its partitions are theirs now.
 */
export async function commitForEmptyGroup(
  link: KafkaLink,
  group: string,
  offsets: readonly { topic: string; partition: number; offset: number }[],
): Promise<void> {
  const what = `Committing for group '${group}' failed`;
  try {
    const coordinator = await groupCoordinator(link, group);
    if (coordinator === null) {
      throw new F1Error('F1_KAFKA_REFUSED', `${what}: no broker keeps its offsets yet`, {
        hint: 'Commit again later',
        canRetry: true,
      });
    }
    const topics = [...Map.groupBy(offsets, ({ topic }) => topic)].map(([name, some]) => ({
      name,
      partitions: some.map(({ partition, offset }) => ({
        partitionIndex: partition,
        committedOffset: BigInt(offset),
        committedLeaderEpoch: -1,
        committedMetadata: null,
      })),
    }));
    await offsetCommitV8.api.async(coordinator, group, noGeneration, '', null, topics);
  } catch (error) {
    throw translateError(error, what);
  }
}
