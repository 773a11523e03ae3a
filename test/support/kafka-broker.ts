import { connectKafka } from '../../src/kafka/index.ts';
import type { Broker } from '../../src/domain/broker.ts';
import type { Log } from '../../src/domain/log.ts';
import { skipWithoutKafka, startTestKafka } from './test-kafka.ts';

/** host:port of a broker that is shared by a whole test run; it is used as it is and never stopped. */
const shared = process.env['SLIPSTREAM_TEST_KAFKA'];

/** Skip reason for tests that only need some real broker: false = run. */
export const skipWithoutBroker: string | false = shared === undefined ? skipWithoutKafka : false;

/** Skip reason for tests that take minutes: false = run. */
export const skipWithoutSoak: string | false =
  process.env['SLIPSTREAM_SOAK'] === '1' ? skipWithoutKafka : 'a soak test (npm run soak)';

/** A real broker for a test or a file: the one that SLIPSTREAM_TEST_KAFKA names, else one of its own. */
export async function testKafka(t: {
  after(clean: () => Promise<void>): void;
}): Promise<{ bootstrap: string }> {
  if (shared !== undefined) return { bootstrap: shared };
  return startTestKafka(t);
}

/** A connection that ends with the test. */
export async function connectTest(
  t: { after(clean: () => Promise<void>): void },
  bootstrap: string,
  options: { log?: Log; deliveryTimeoutMs?: number } = {},
): Promise<Broker> {
  const broker = await connectKafka({ bootstrapServers: bootstrap, clientId: 'slipstream-test', ...options });
  t.after(() => broker.close());
  return broker;
}
