import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { F1Error } from '../../src/domain/errors.ts';
import { connectKafka } from '../../src/kafka/index.ts';
import type { KafkaSecurity } from '../../src/kafka/index.ts';
import { freshTopic, readFirst, readRecords, recordsOf, specOf } from '../conformance/broker-fixture.ts';
import { connectTest } from '../support/kafka-broker.ts';
import { saslUser, startSecuredKafka } from '../support/secured-kafka.ts';
import type { SecuredKafka } from '../support/secured-kafka.ts';
import { skipWithoutKafka } from '../support/test-kafka.ts';

const none: KafkaSecurity = {
  protocol: 'PLAINTEXT',
  mechanism: null,
  username: null,
  password: null,
  ca_file: null,
};
const sasl = { ...none, ...saslUser, protocol: 'SASL_PLAINTEXT' } as const;

describe('Apache Kafka with TLS, SASL and access control', { skip: skipWithoutKafka }, () => {
  const cleanups: (() => Promise<void>)[] = [];
  const lifetime = { after: (clean: () => Promise<void>) => cleanups.push(clean) };
  let kafka: SecuredKafka;

  before(async () => {
    kafka = await startSecuredKafka(lifetime);
  });
  after(async () => {
    for (const clean of cleanups.toReversed()) await clean();
  });

  async function refusal(bootstrapServers: string, security: KafkaSecurity): Promise<F1Error> {
    const startMs = performance.now();
    try {
      await (await connectKafka({ bootstrapServers, clientId: 'test', security })).close();
    } catch (error) {
      assert.ok(performance.now() - startMs < 5_000, 'told within 5 s');
      assert.ok(error instanceof F1Error);
      assert.equal(error.code, 'F1_KAFKA_SECURITY', error.message);
      assert.doesNotMatch(`${error.message}${error.hint}`, /correct-horse|wrong-horse|\n/);
      return error;
    }
    throw new Error('The connection was not refused');
  }

  test('TLS with the authority named: records go in and out', async (t) => {
    const security = { ...none, protocol: 'SSL', ca_file: kafka.caFile } as const;
    const broker = await connectKafka({ bootstrapServers: kafka.tls, clientId: 'test', security });
    t.after(() => broker.close());
    const plain = await connectTest(t, kafka.plain);
    const topic = freshTopic('tls');
    await plain.createTopics([specOf(topic, 1)]);
    await broker.produce({ topic, partition: 0, records: recordsOf(['over TLS']), headers: {} });
    const [record] = await readRecords(broker, { topics: [{ topic, start: 'earliest' }] }, 1);
    assert.equal(record?.value, 'over TLS');
  });

  for (const mechanism of ['PLAIN', 'SCRAM-SHA-512'] as const) {
    test(`SASL ${mechanism}: the right password connects, E21 a wrong one is told as such`, async () => {
      const security = { ...sasl, mechanism };
      await (await connectKafka({ bootstrapServers: kafka.sasl, clientId: 'test', security })).close();
      const error = await refusal(kafka.sasl, { ...security, password: 'wrong-horse' });
      assert.match(error.message, /SASL refused user name or password/);
      assert.match(error.hint, /SLIPSTREAM_KAFKA__SECURITY__PASSWORD/);
    });
  }

  test('E21: a mechanism that the listener does not offer, no SASL where it is needed, no TLS where it is needed', async () => {
    const mechanism = await refusal(kafka.sasl, { ...sasl, mechanism: 'SCRAM-SHA-256' });
    assert.match(mechanism.message, /does not offer this SASL mechanism/);
    const tls = await refusal(kafka.tls, none);
    assert.match(tls.message, /uses TLS/);
    const unsafe = await refusal(kafka.sasl, { ...none, protocol: 'SSL' });
    assert.match(unsafe.message, /does not use TLS/);
  });

  test('E21: a certificate of an unknown authority is refused and kafka.security.ca_file named', async () => {
    const error = await refusal(kafka.tls, { ...none, protocol: 'SSL' });
    assert.match(error.message, /TLS does not trust the certificate/);
    assert.match(error.hint, /ca_file/);
  });

  test('E21: settings that contradict themselves or name no file are refused before anything is sent', async () => {
    const half = await refusal(kafka.sasl, { ...sasl, mechanism: null });
    assert.match(half.message, /mechanism, username or password is not set/);
    const plain = await refusal(kafka.plain, { ...none, mechanism: 'PLAIN' });
    assert.match(plain.message, /which has no SASL/);
    const file = await refusal(kafka.tls, { ...none, protocol: 'SSL', ca_file: `${kafka.caFile}.absent` });
    assert.match(file.message, /cannot be read/);
  });

  test('access control: a user without rights is told so at creating, writing and reading', async (t) => {
    const plain = await connectTest(t, kafka.plain);
    const topic = freshTopic('denied');
    await plain.createTopics([specOf(topic, 1)]);
    const security = { ...sasl, mechanism: 'PLAIN' } as const;
    const broker = await connectKafka({
      bootstrapServers: kafka.sasl,
      clientId: 'test',
      security,
      deliveryTimeoutMs: 5_000,
    });
    t.after(() => broker.close());
    const isDenied = { code: 'F1_KAFKA_SECURITY', exitCode: 2 };
    await assert.rejects(broker.createTopics([specOf(freshTopic('denied'), 1)]), {
      code: 'F1_KAFKA_SECURITY',
    });
    await assert.rejects(
      broker.produce({ topic, partition: 0, records: recordsOf(['x']), headers: {} }),
      isDenied,
    );
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), 3_000);
    const reading = readFirst(
      broker.consume({ topics: [{ topic, start: 'earliest' }], signal: abort.signal }),
    );
    await assert.rejects(reading, { code: 'F1_KAFKA_SECURITY' });
    clearTimeout(timer);
  });
});
