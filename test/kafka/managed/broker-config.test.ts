import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { F1Error } from '../../../src/domain/errors.ts';
import { serverProperties } from '../../../src/kafka/managed/broker-config.ts';
import { formatBytes, requireFreeDisk } from '../../../src/kafka/managed/disk.ts';
import { kafkaVersion, managedPaths, pomPath } from '../../../src/kafka/managed/paths.ts';
import { requirePlatform } from '../../../src/kafka/managed/prepare-start.ts';
import { splitServer, joinServer } from '../../../src/kafka/managed/server-address.ts';

const paths = managedPaths('/srv/kafka');
const config = { port: 19_092, controllerPort: 19_093, ipv6: true, ioThreads: 2 };

test('E9, E19: serverProperties keep the short broker session and 512 MiB a partition', () => {
  const text = serverProperties(paths, config);
  assert.match(text, /^broker\.session\.timeout\.ms=1500$/mu);
  assert.match(text, /^broker\.heartbeat\.interval\.ms=300$/mu);
  assert.match(text, /^log\.retention\.bytes=536870912$/mu);
  assert.match(text, /^auto\.create\.topics\.enable=false$/mu);
});

test('A7: serverProperties listen on both spellings of loopback, and on no other address', () => {
  const text = serverProperties(paths, config);
  const listeners = 'PLAINTEXT://127.0.0.1:19092,PLAINTEXT6://[::1]:19092';
  assert.ok(text.includes(`\nlisteners=${listeners},CONTROLLER://127.0.0.1:19093\n`));
  assert.ok(text.includes(`\nadvertised.listeners=${listeners}\n`));
  const without = serverProperties(paths, { ...config, ipv6: false });
  assert.doesNotMatch(without, /PLAINTEXT6|::1/u);
  assert.doesNotMatch(text, /0\.0\.0\.0/u);
});

test('E19: requireFreeDisk refuses below 500 MB and says how much is free', () => {
  requireFreeDisk('/d', 500_000_000);
  assert.throws(
    () => requireFreeDisk('/d', 499_999_999),
    (error) =>
      error instanceof F1Error && error.exitCode === 2 && /500 MB are free at \/d/u.test(error.message),
  );
  assert.equal(formatBytes(6_442_450_944), '6.4 GB');
  assert.equal(formatBytes(123_456_789), '123 MB');
});

test('E16: requirePlatform refuses native Windows and names WSL2, Docker and the embedded broker', () => {
  requirePlatform('linux');
  requirePlatform('darwin');
  assert.throws(
    () => requirePlatform('win32'),
    (error) => error instanceof F1Error && error.exitCode === 2 && /WSL2.*Docker.*embedded/u.test(error.hint),
  );
});

test('pom.xml and the program name the same Kafka', () => {
  const pom = readFileSync(pomPath, 'utf8');
  assert.ok(pom.includes(`<kafka.version>${kafkaVersion}</kafka.version>`));
});

test('splitServer reads host names, IPv4 and IPv6 with and without a port', () => {
  assert.deepEqual(splitServer('localhost:19092'), { host: 'localhost', port: 19_092 });
  assert.deepEqual(splitServer('[::1]:9093'), { host: '::1', port: 9093 });
  assert.deepEqual(splitServer('broker.example.org'), { host: 'broker.example.org', port: 9092 });
  assert.equal(joinServer({ host: '::1', port: 9093 }), '[::1]:9093');
});
