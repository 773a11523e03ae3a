import { setTimeout as delay } from 'node:timers/promises';
import type { Broker, BrokerDescription, GroupDescription } from '../../domain/broker.ts';
import { messageOf } from '../../domain/errors.ts';
import type { TopicNames } from '../../domain/topics.ts';

/** The newest answers of the broker to the background polls; requests only copy them. */
export interface BrokerWatch {
  readonly kind: Broker['kind'];
  /** When the broker answered last, epoch ms; NaN before the first answer. */
  readonly answeredMs: number;
  /** Why it does not answer now; null while it does. */
  readonly failure: string | null;
  readonly description: BrokerDescription | null;
  /** Committed offsets of the groups that are followed; a group that has committed nothing has none. */
  readonly groups: readonly GroupDescription[];
  /** When the groups were answered last, epoch ms; NaN before the first answer. */
  readonly groupsAnsweredMs: number;
  /** Why the groups are not answered now (a missing right, a coordinator that loads); null while they are. */
  readonly groupsFailure: string | null;
  /** Polls until the signal is aborted. */
  run(): Promise<void>;
}

/** Groups of the project's own workers: the default of `slipstream process --group`. */
export const workerGroups: readonly string[] = ['slipstream-process'];

const pollMs = 1500;
const groupPollMs = 3000;
const timeoutMs = 2000;

/** A watch that has not asked yet: `run` polls. */
export function createBrokerWatch(deps: {
  readonly broker: Broker;
  readonly topics: TopicNames;
  readonly clock: () => number;
  readonly signal: AbortSignal;
  readonly onAnswer: (description: BrokerDescription) => void;
  /** Consumer groups to follow; `workerGroups` when absent. */
  readonly groups?: readonly string[];
}): BrokerWatch {
  const { broker, clock, signal, groups: groupNames = workerGroups } = deps;
  const topics = Object.values(deps.topics);
  let answeredMs = Number.NaN;
  let failure: string | null = 'the broker was not asked yet';
  let description: BrokerDescription | null = null;
  let groups: readonly GroupDescription[] = [];
  let groupsAnsweredMs = Number.NaN;
  let groupsFailure: string | null = 'the broker was not asked yet';

  async function askTopics(): Promise<void> {
    try {
      description = await broker.describe({ topics, timeoutMs });
      answeredMs = clock();
      failure = null;
      deps.onAnswer(description);
    } catch (error) {
      failure = messageOf(error);
    }
  }

  /** A question of its own: a group whose coordinator is not ready says nothing about the health of the broker. */
  async function askGroups(): Promise<void> {
    try {
      ({ groups } = await broker.describe({ topics, groups: groupNames, timeoutMs }));
      groupsAnsweredMs = clock();
      groupsFailure = null;
    } catch (error) {
      groupsFailure = messageOf(error);
    }
  }

  async function repeat(ask: () => Promise<void>, everyMs: number): Promise<void> {
    while (!signal.aborted) {
      await ask();
      await delay(everyMs, undefined, { signal }).catch(() => {});
    }
  }

  return {
    kind: broker.kind,
    get answeredMs() {
      return answeredMs;
    },
    get failure() {
      return failure;
    },
    get description() {
      return description;
    },
    get groups() {
      return groups;
    },
    get groupsAnsweredMs() {
      return groupsAnsweredMs;
    },
    get groupsFailure() {
      return groupsFailure;
    },
    async run() {
      const followed = groupNames.length === 0 ? [] : [repeat(askGroups, groupPollMs)];
      await Promise.all([repeat(askTopics, pollMs), ...followed]);
    },
  };
}
