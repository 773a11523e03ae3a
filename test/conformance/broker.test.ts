import { MessageChannel } from 'node:worker_threads';
import type { Broker } from '../../src/domain/broker.ts';
import { connectKafka, createEmbeddedBroker, remoteBroker, serveBroker } from '../../src/kafka/index.ts';
import { skipWithoutBroker, testKafka } from '../support/kafka-broker.ts';
import { brokerConformance } from './broker.ts';

function overPort(log: Broker): Broker {
  const { port1, port2 } = new MessageChannel();
  serveBroker(log, port1);
  return remoteBroker(port2);
}

brokerConformance({
  name: 'embedded',
  skip: false,
  async open() {
    const broker = createEmbeddedBroker();
    return { broker, connect: async () => overPort(broker), close: () => broker.close() };
  },
});

brokerConformance({
  name: 'embedded through a message port',
  skip: false,
  async open() {
    const log = createEmbeddedBroker();
    const broker = overPort(log);
    return {
      broker,
      connect: async () => overPort(log),
      async close() {
        await broker.close();
        await log.close();
      },
    };
  },
});

brokerConformance({
  name: 'Apache Kafka',
  skip: skipWithoutBroker,
  async open() {
    const cleanups: (() => Promise<void>)[] = [];
    const { bootstrap } = await testKafka({ after: (clean) => cleanups.push(clean) });
    const connect = (): Promise<Broker> =>
      connectKafka({ bootstrapServers: bootstrap, clientId: 'conformance' });
    const broker = await connect();
    return {
      broker,
      connect,
      async close() {
        await broker.close();
        for (const clean of cleanups) await clean();
      },
    };
  },
});
