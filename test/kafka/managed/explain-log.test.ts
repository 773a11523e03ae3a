import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { test } from 'node:test';
import {
  explainBrokerLog,
  explainManagedKafka,
  lastRelevantLine,
} from '../../../src/kafka/managed/explain-log.ts';
import { managedPaths } from '../../../src/kafka/managed/paths.ts';
import { tempDir } from '../../support/temp-dir.ts';

const stack = `
	at java.base/sun.nio.ch.Net.bind0(Native Method)
	at java.base/sun.nio.ch.Net.bind(Net.java:555)
Caused by: java.lang.Exception: inner
	... 12 more`;

test('explainBrokerLog names the cause and never prints a stack trace or a class path', (t) => {
  const cases: readonly (readonly [string, string])[] = [
    [
      '[x] ERROR Exiting Kafka (kafka.Kafka$)\norg.apache.kafka.common.KafkaException: Socket server failed to bind to 127.0.0.1:9092: Address already in use.',
      'port',
    ],
    ['[x] ERROR Error while appending records\njava.io.IOException: No space left on device', 'disk'],
    [
      'org.apache.kafka.common.KafkaException: Failed to acquire lock on file .lock in /d. A Kafka instance in another process or thread is using this directory.',
      'locked',
    ],
    [
      'java.lang.RuntimeException: Invalid cluster.id in: /d/meta.properties. Expected a, but read b',
      'folder',
    ],
    ["java.lang.RuntimeException: Stored node id 7 doesn't match previous node id 1 in /d", 'folder'],
    ['Error: Could not find or load main class kafka.Kafka', 'java'],
    [
      'Error: LinkageError occurred\njava.lang.UnsupportedClassVersionError: kafka/Kafka has been compiled by a more recent version',
      'java',
    ],
    [
      'Error occurred during initialization of VM\nInitial heap size set to a larger value than the maximum heap size',
      'memory',
    ],
    ['java.lang.OutOfMemoryError: Java heap space', 'memory'],
    ['java.nio.file.AccessDeniedException: /d/x', 'access'],
    [
      '[2026-01-01 00:00:00,000] ERROR [KafkaServer id=1] Something nobody knows (kafka.server.KafkaServer)',
      'other',
    ],
  ];
  for (const [line, code] of cases) {
    const paths = managedPaths(tempDir(t));
    mkdirSync(paths.logs);
    writeFileSync(paths.serverLog, `[x] ERROR Address already in use, of an earlier start\n`);
    const from = {
      server: Buffer.byteLength('[x] ERROR Address already in use, of an earlier start\n'),
      console: 0,
    };
    writeFileSync(paths.serverLog, `[x] INFO fine\n${line}${stack}\n`, { flag: 'a' });
    const failure = explainBrokerLog(paths, from);
    assert.equal(failure.code, code, line);
    assert.doesNotMatch(failure.reason, /\n|\bat java|\.jar/u);
  }
});

test('explainBrokerLog says so when there is no line at all', (t) => {
  assert.match(explainBrokerLog(managedPaths(tempDir(t)), { server: 0, console: 0 }).reason, /no line/u);
});

test('E19: explainManagedKafka tells why a broker that was not stopped is gone, from its own lines alone', (t) => {
  const paths = managedPaths(tempDir(t));
  mkdirSync(paths.logs);
  const old = '[x] ERROR Address already in use, of an earlier start\n';
  writeFileSync(paths.serverLog, `${old}java.io.IOException: No space left on device\n`);
  assert.equal(explainManagedKafka(paths.dir), null, 'never started');
  const lock = {
    phase: 'running',
    pid: 2 ** 22 + 5,
    startTime: 'x',
    host: hostname(),
    port: 1,
    tiedTo: null,
    logOffset: old.length,
  };
  writeFileSync(paths.lock, JSON.stringify(lock));
  assert.equal(explainManagedKafka(paths.dir), 'the disk is full');
  writeFileSync(paths.serverLog, `${old}[x] INFO fine\n`);
  assert.match(explainManagedKafka(paths.dir) ?? '', /killed/u);
  writeFileSync(paths.lock, JSON.stringify({ ...lock, phase: 'stopping' }));
  assert.equal(explainManagedKafka(paths.dir), null, 'it was told to end');
});

test('lastRelevantLine strips time, level, component and class', () => {
  const text = `[2026-01-01 00:00:00,000] INFO ok (a.B)
[2026-01-01 00:00:01,000] ERROR [Broker id=1] Encountered a fault (kafka.server.Broker)
${stack}
[2026-01-01 00:00:02,000] INFO shut down (a.B)`;
  assert.equal(lastRelevantLine(text), 'Encountered a fault');
  assert.equal(lastRelevantLine('[x] INFO ok (a.B)'), null);
  assert.ok((lastRelevantLine(`ERROR ${'x'.repeat(5000)}`) ?? '').length <= 200);
});
