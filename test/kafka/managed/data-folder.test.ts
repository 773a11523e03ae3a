import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { F1Error } from '../../../src/domain/errors.ts';
import { noLog } from '../../../src/domain/log.ts';
import {
  classifyDataFolder,
  compareVersions,
  createKafkaId,
  writeCluster,
} from '../../../src/kafka/managed/data-folder.ts';
import { startKafka } from '../../../src/kafka/managed/index.ts';
import { managedPaths } from '../../../src/kafka/managed/paths.ts';
import type { ManagedPaths } from '../../../src/kafka/managed/paths.ts';
import { resetData } from '../../../src/kafka/managed/reset.ts';
import { tempDir } from '../../support/temp-dir.ts';

type Context = Parameters<typeof tempDir>[0];
const version = '4.3.1';
const clusterId = 'MkU3OEVBNTcwNTJENDM2Qg';

test('E15: classifyDataFolder: nothing, an empty folder and a format that was cut off are empty', (t) => {
  const paths = managedPaths(tempDir(t));
  assert.equal(classifyDataFolder(paths, version).state, 'empty');
  mkdirSync(join(paths.data, 'lost+found'), { recursive: true });
  assert.equal(classifyDataFolder(paths, version).state, 'empty');
  writeFileSync(join(paths.data, 'bootstrap.checkpoint'), 'x');
  assert.equal(classifyDataFolder(paths, version).state, 'empty');
});

test('E15: classifyDataFolder: ours and whole, before and after the first start', (t) => {
  const paths = wholeFolder(t, { started: false, metadata: false });
  assert.equal(classifyDataFolder(paths, version).state, 'whole');
  const used = wholeFolder(t, { started: true, metadata: true });
  mkdirSync(join(used.data, 'f1-telemetry-0'));
  assert.equal(classifyDataFolder(used, version).state, 'whole');
  assert.equal(classifyDataFolder(used, '4.4.0').state, 'whole', 'a newer Kafka may read it');
});

test('E15: classifyDataFolder: ours without the metadata log would lose every topic', (t) => {
  const started = wholeFolder(t, { started: true, metadata: false });
  assert.equal(classifyDataFolder(started, version).state, 'metadata-missing');
  const emptied = wholeFolder(t, { started: true, metadata: false });
  mkdirSync(join(emptied.data, '__cluster_metadata-0'));
  assert.equal(classifyDataFolder(emptied, version).state, 'metadata-missing');
  const topics = wholeFolder(t, { started: false, metadata: false });
  mkdirSync(join(topics.data, 'f1-telemetry-3'));
  assert.equal(classifyDataFolder(topics, version).state, 'metadata-missing');
});

test('E15: classifyDataFolder: another cluster, node, program, format or newer Kafka is foreign', (t) => {
  const changes: readonly ((paths: ManagedPaths) => void)[] = [
    (paths) => writeMeta(paths, { 'cluster.id': createKafkaId() }),
    (paths) => writeMeta(paths, { 'node.id': '7' }),
    (paths) => writeMeta(paths, { version: '0', 'broker.id': '1' }),
    (paths) => rmSync(paths.cluster),
    (paths) => writeFileSync(paths.cluster, '{"clusterId":'),
    (paths) => writeCluster(paths, { clusterId, nodeId: 1, kafkaVersion: '4.10.0', started: true }),
  ];
  for (const change of changes) {
    const paths = wholeFolder(t, { started: true, metadata: true });
    change(paths);
    assert.equal(classifyDataFolder(paths, version).state, 'foreign', String(change));
  }
});

test('E15: classifyDataFolder: what cannot be read or makes no sense is damaged', (t) => {
  const changes: readonly ((paths: ManagedPaths) => void)[] = [
    (paths) => writeFileSync(join(paths.data, 'meta.properties'), ''),
    (paths) => writeFileSync(join(paths.data, 'meta.properties'), '\u0000\u0001garbage'),
    (paths) => writeFileSync(join(paths.data, 'meta.properties'), `version=1\nnode.id=1\n`),
    (paths) =>
      writeFileSync(join(paths.data, 'meta.properties'), `version=1\ncluster.id=${clusterId}\nnode.id=one\n`),
    (paths) => writeMeta(paths, { 'directory.id': 'short' }),
    (paths) => rmSync(join(paths.data, 'meta.properties')),
    (paths) => {
      rmSync(join(paths.data, 'meta.properties'));
      mkdirSync(join(paths.data, 'meta.properties'));
    },
    (paths) => {
      rmSync(paths.data, { recursive: true });
      writeFileSync(paths.data, 'a file');
    },
  ];
  for (const change of changes) {
    const paths = wholeFolder(t, { started: true, metadata: true });
    change(paths);
    assert.equal(classifyDataFolder(paths, version).state, 'damaged', String(change));
  }
});

test('E15: startKafka refuses such a folder at once, with two choices, and leaves it as it is', async (t) => {
  const paths = wholeFolder(t, { started: true, metadata: false });
  const before = readdirSync(paths.data);
  const libs = fakeLibs(t);
  const from = performance.now();
  await assert.rejects(start(paths.dir, libs), (error: unknown) => {
    assert.ok(error instanceof F1Error);
    assert.deepEqual([error.code, error.exitCode], ['F1_KAFKA_FOLDER', 2]);
    assert.match(error.message, /is incomplete: the cluster's metadata \(__cluster_metadata-0\) is missing/u);
    assert.match(error.hint, /--reset-data.*or name another folder: --dir/u);
    return true;
  });
  assert.ok(performance.now() - from < 2000);
  assert.deepEqual(readdirSync(paths.data), before);
  assert.equal(existsSync(paths.lock), false, 'the lock is given back');
});

test('E15: resetData renames the data and deletes nothing', (t) => {
  const paths = wholeFolder(t, { started: true, metadata: true });
  const aside = resetData(paths.dir, new Date('2026-01-02T03:04:05.678Z'));
  assert.equal(aside, `${paths.data}.aside-20260102T030405Z`);
  assert.ok(readFileSync(join(aside, 'meta.properties'), 'utf8').includes(clusterId));
  assert.equal(existsSync(paths.data), false);
  assert.equal(existsSync(paths.cluster), false);
  assert.equal(classifyDataFolder(paths, version).state, 'empty');
  assert.equal(resetData(paths.dir), null);
});

test('compareVersions compares numbers, not text', () => {
  assert.ok(compareVersions('4.10.0', '4.3.1') > 0);
  assert.ok(compareVersions('3.5', '3.5.0') === 0);
  assert.ok(compareVersions('3.4.9', '3.5.0') < 0);
});

test('createKafkaId gives 22 characters that never start with a dash', () => {
  for (let round = 0; round < 1000; round++)
    assert.match(createKafkaId(), /^[A-Za-z0-9_][A-Za-z0-9_-]{21}$/u);
});

function wholeFolder(
  t: Context,
  { started, metadata }: { started: boolean; metadata: boolean },
): ManagedPaths {
  const paths = managedPaths(tempDir(t));
  mkdirSync(paths.data);
  writeMeta(paths, {});
  writeFileSync(join(paths.data, 'bootstrap.checkpoint'), 'x');
  writeCluster(paths, { clusterId, nodeId: 1, kafkaVersion: version, started });
  if (metadata) {
    mkdirSync(join(paths.data, '__cluster_metadata-0'));
    writeFileSync(join(paths.data, '__cluster_metadata-0', '00000000000000000000.log'), 'x');
  }
  return paths;
}

function writeMeta(paths: ManagedPaths, change: Record<string, string>): void {
  const fields = {
    version: '1',
    'node.id': '1',
    'cluster.id': clusterId,
    'directory.id': 'Vt6xGQ0rSkq8nYyZ0mJ2aA',
    ...change,
  };
  const lines = Object.entries(fields).map(([key, value]) => `${key}=${value}`);
  writeFileSync(
    join(paths.data, 'meta.properties'),
    `#\n#Thu Jan 01 00:00:00 UTC 2026\r\n${lines.join('\n')}\n`,
  );
}

/** A folder that looks like Kafka's jars; nothing of it is run. */
function fakeLibs(t: Context): string {
  const libs = tempDir(t);
  writeFileSync(join(libs, 'kafka_2.13-4.3.1.jar'), '');
  return libs;
}

function start(dir: string, libs: string): Promise<unknown> {
  const environment = { PATH: '/nowhere', SLIPSTREAM_KAFKA_LIBS: libs };
  const { signal } = new AbortController();
  return startKafka({
    dir,
    port: 0,
    controllerPort: 0,
    heapMb: 256,
    profile: 'test',
    log: noLog,
    signal,
    environment,
  });
}
