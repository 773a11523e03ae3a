import { setTimeout as delay } from 'node:timers/promises';
import type { Broker } from '../../domain/broker.ts';
import { F1Error, messageOf } from '../../domain/errors.ts';

const retryMs = 1000;

/**
 * A broker that may not be there yet: connects in the background until it succeeds or the signal is aborted. Until
 * then `describe` and `produce` reject with the reason of the last attempt; `consume` waits.
 */
export function createLateBroker(options: {
  readonly kind: Broker['kind'];
  readonly address: string;
  readonly connect: () => Promise<Broker>;
  readonly signal: AbortSignal;
}): Broker {
  const { kind, address, connect, signal } = options;
  let broker: Broker | null = null;
  let failure: unknown = null;
  let isClosed = false;

  const connecting = (async (): Promise<Broker> => {
    for (;;) {
      signal.throwIfAborted();
      if (isClosed) throw closedError(address);
      try {
        const connected = await connect();
        if (isClosed || signal.aborted) {
          await connected.close();
          throw closedError(address);
        }
        broker = connected;
        return connected;
      } catch (error) {
        failure = error;
      }
      await delay(retryMs, undefined, { signal });
    }
  })();
  connecting.catch(() => {}); // told to whoever waits for it

  const now = (): Broker => {
    if (broker !== null) return broker;
    throw new F1Error(
      'F1_KAFKA_UNREACHABLE',
      failure === null
        ? `Connecting to ${address}`
        : failure instanceof F1Error
          ? failure.message
          : messageOf(failure),
      {
        hint: 'Start the broker: slipstream kafka start; the bridge goes on trying',
        canRetry: true,
      },
    );
  };

  return {
    kind,
    address,
    createTopics: async (specs) => now().createTopics(specs),
    produce: async (batch) => now().produce(batch),
    async *consume(request) {
      yield* (await connecting).consume(request);
    },
    commit: async (group, offsets) => now().commit(group, offsets),
    describe: async (request) => now().describe(request),
    async close() {
      isClosed = true;
      await broker?.close();
    },
  };
}

function closedError(address: string): F1Error {
  return new F1Error('F1_KAFKA_CLOSED', `Connecting to ${address} was given up: the bridge is closing`);
}
