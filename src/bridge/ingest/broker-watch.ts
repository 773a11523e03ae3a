import { setTimeout as delay } from 'node:timers/promises';
import type { Broker, BrokerDescription } from '../../domain/broker.ts';
import { messageOf } from '../../domain/errors.ts';
import type { TopicNames } from '../../domain/topics.ts';

/** The newest answer of the broker to the background poll; requests only copy it. */
export interface BrokerWatch {
  /** When the broker answered last, epoch ms; NaN before the first answer. */
  readonly answeredMs: number;
  /** Why it does not answer now; null while it does. */
  readonly failure: string | null;
  readonly description: BrokerDescription | null;
  /** Polls until the signal is aborted. */
  run(): Promise<void>;
}

const pollMs = 1500;
const timeoutMs = 2000;

/** A watch that has not asked yet: `run` polls. */
export function createBrokerWatch(deps: {
  readonly broker: Broker;
  readonly topics: TopicNames;
  readonly clock: () => number;
  readonly signal: AbortSignal;
  readonly onAnswer: (description: BrokerDescription) => void;
}): BrokerWatch {
  const { broker, topics, clock, signal } = deps;
  let answeredMs = Number.NaN;
  let failure: string | null = 'the broker was not asked yet';
  let description: BrokerDescription | null = null;
  return {
    get answeredMs() {
      return answeredMs;
    },
    get failure() {
      return failure;
    },
    get description() {
      return description;
    },
    async run() {
      while (!signal.aborted) {
        try {
          description = await broker.describe({ topics: Object.values(topics), timeoutMs });
          answeredMs = clock();
          failure = null;
          deps.onAnswer(description);
        } catch (error) {
          failure = messageOf(error);
        }
        await delay(pollMs, undefined, { signal }).catch(() => {});
      }
    },
  };
}
