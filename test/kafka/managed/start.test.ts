import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { kafkaStatus } from '../../../src/kafka/managed/index.ts';
import { skipWithoutKafka, startTestKafka } from '../../support/test-kafka.ts';

test(
  'startKafka: a broker answers, is found by status, stops twice without complaint',
  { skip: skipWithoutKafka, timeout: 120_000 },
  async () => {
    const kafka = await startTestKafka({ after });
    const status = await kafkaStatus({ dir: kafka.dir });
    assert.equal(status.state, 'running');
    assert.deepEqual(
      status.legs.map((leg) => leg.name),
      ['metadata', 'controller', 'produce and fetch'],
    );
    await kafka.stop();
    await kafka.stop();
    assert.equal((await kafkaStatus({ dir: kafka.dir })).state, 'stopped');
  },
);
