import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultConfig } from '../../src/config/defaults.ts';
import { severityPartitionOf, topicNames, topicSpecs } from '../../src/kafka/index.ts';

test('topicSpecs: partitions, replication and E14 any stamp are as PROTOCOL 2.1 says', () => {
  const specs = topicSpecs(defaultConfig);
  const shape = specs.map(({ role, name, partitions, replicationFactor }) => [
    role,
    name,
    partitions,
    replicationFactor,
  ]);
  assert.deepEqual(shape, [
    ['telemetry', 'f1-telemetry', 4, 1],
    ['alerts', 'f1-alerts', 3, 1],
    ['predictions', 'f1-predictions', 3, 1],
    ['timing', 'f1-timing', 1, 1],
    ['control', 'f1-control', 1, 1],
  ]);
  for (const { config } of specs) {
    assert.deepEqual(config, {
      'retention.bytes': '536870912',
      'message.timestamp.type': 'CreateTime',
      'message.timestamp.after.max.ms': '9223372036854775807',
    });
  }
  assert.equal(topicNames(defaultConfig).control, 'f1-control');
});

test('severityPartitionOf: high 0, medium 1, low 2, modulo the partition count', () => {
  assert.deepEqual(
    (['high', 'medium', 'low'] as const).map((severity) => severityPartitionOf(severity, 3)),
    [0, 1, 2],
  );
  assert.deepEqual(
    (['high', 'medium', 'low'] as const).map((severity) => severityPartitionOf(severity, 2)),
    [0, 1, 0],
  );
  assert.deepEqual(
    (['high', 'medium', 'low'] as const).map((severity) => severityPartitionOf(severity, 1)),
    [0, 0, 0],
  );
});
