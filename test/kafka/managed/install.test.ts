import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { F1Error } from '../../../src/domain/errors.ts';
import { noLog } from '../../../src/domain/log.ts';
import { findKafka } from '../../../src/kafka/managed/find-kafka.ts';
import { installKafka } from '../../../src/kafka/managed/install.ts';
import { tempDir } from '../../support/temp-dir.ts';

type Context = Parameters<typeof tempDir>[0];

test('findKafka prefers the named folder, KAFKA_HOME, PATH, then the cache, and leaves out what is older than 3.5', (t) => {
  const dir = tempDir(t);
  const cache = tempDir(t);
  const cached = join(cache, 'slipstream', 'kafka', 'libs-4.3.1');
  mkdirSync(cached, { recursive: true });
  writeFileSync(join(cached, 'kafka_2.13-4.3.1.jar'), '');
  const old = kafkaHome(t, '3.4.1');
  const home = kafkaHome(t, '3.5.0');
  const onPath = kafkaHome(t, '3.9.2');
  const base = { XDG_CACHE_HOME: cache, PATH: '/nowhere' };
  assert.deepEqual(findKafka(dir, base), { libs: cached, version: '4.3.1', origin: 'the user cache' });
  assert.equal(findKafka(dir, { ...base, KAFKA_HOME: old })?.origin, 'the user cache');
  assert.deepEqual(findKafka(dir, { ...base, KAFKA_HOME: home })?.version, '3.5.0');
  assert.equal(findKafka(dir, { ...base, PATH: join(onPath, 'bin') })?.version, '3.9.2');
  const named = findKafka(dir, { ...base, KAFKA_HOME: home, SLIPSTREAM_KAFKA_LIBS: join(onPath, 'libs') });
  assert.deepEqual([named?.version, named?.origin], ['3.9.2', 'SLIPSTREAM_KAFKA_LIBS']);
  assert.equal(findKafka(dir, { ...base, XDG_CACHE_HOME: tempDir(t) }), null);
});

test('installKafka writes beside and renames, tells its progress, and does nothing the second time', async (t) => {
  const { environment, cache } = machine(
    t,
    'echo "[INFO] Copying kafka_2.13-4.3.1.jar to $out"; : > "$out/kafka_2.13-4.3.1.jar"',
  );
  const files: (string | null)[] = [];
  const options = { ...base(t), environment };
  const found = await installKafka({ ...options, onProgress: ({ file }) => files.push(file) });
  assert.equal(found.libs, join(cache, 'libs-4.3.1'));
  assert.deepEqual(files, ['kafka_2.13-4.3.1.jar']);
  assert.deepEqual(readdirSync(cache), ['libs-4.3.1']);
  assert.deepEqual(
    await installKafka({ ...options, environment: { ...environment, PATH: '/nowhere' } }),
    found,
  );
});

test('installKafka: a download that fails names the cause, leaves nothing behind and can be tried again', async (t) => {
  const { environment, cache } = machine(
    t,
    ': > "$out/half.jar"; echo "[ERROR] Failed to execute goal: Could not transfer artifact x from/to central: Unknown host repo.example.org: Name or service not known"; exit 1',
  );
  await assert.rejects(installKafka({ ...base(t), environment }), (error: unknown) => {
    assert.ok(error instanceof F1Error);
    assert.deepEqual([error.code, error.exitCode, error.canRetry], ['F1_KAFKA_INSTALL', 2, true]);
    assert.match(error.message, /Unknown host repo\.example\.org/u);
    return true;
  });
  assert.deepEqual(readdirSync(cache), []);
});

test('installKafka: without Maven one command to run', async (t) => {
  const environment = { XDG_CACHE_HOME: tempDir(t), PATH: '/nowhere' };
  await assert.rejects(
    installKafka({ ...base(t), environment }),
    (error) =>
      error instanceof F1Error &&
      /mvn\) is not on PATH/u.test(error.message) &&
      error.hint.startsWith('Run: '),
  );
});

test('installKafka: an interrupted download leaves nothing behind', async (t) => {
  const { environment, cache } = machine(t, ': > "$out/half.jar"; exec /bin/sleep 60');
  const stop = new AbortController();
  const installing = installKafka({ ...base(t), environment, signal: stop.signal });
  const hasPart = (): boolean =>
    existsSync(cache) && readdirSync(cache).some((name) => name.endsWith('.part'));
  while (!hasPart()) await new Promise((resolve) => setTimeout(resolve, 10));
  stop.abort(new Error('stopped by the user'));
  await assert.rejects(installing, /stopped by the user/u);
  assert.deepEqual(readdirSync(cache), []);
});

test('installKafka: two at once make one download', async (t) => {
  const { environment, cache } = machine(
    t,
    'echo x >> "$out/../count"; /bin/sleep 0.3; : > "$out/kafka_2.13-4.3.1.jar"',
  );
  const both = await Promise.all([
    installKafka({ ...base(t), environment }),
    installKafka({ ...base(t), environment }),
  ]);
  assert.equal(both[0].libs, both[1].libs);
  assert.deepEqual(readdirSync(cache).sort(), ['count', 'libs-4.3.1']);
});

function base(t: Context): { dir: string; log: typeof noLog; signal: AbortSignal } {
  return { dir: join(tempDir(t), 'kafka'), log: noLog, signal: new AbortController().signal };
}

/** A machine with an own cache, no Java and a Maven that runs `body` with the output folder in $out. */
function machine(t: Context, body: string): { environment: NodeJS.ProcessEnv; cache: string } {
  const bin = tempDir(t);
  const script = join(bin, 'mvn');
  writeFileSync(
    script,
    `#!/bin/sh\nfor a in "$@"; do case $a in -DoutputDirectory=*) out=\${a#*=};; esac; done\n${body}\n`,
  );
  chmodSync(script, 0o755);
  const root = tempDir(t);
  return { environment: { XDG_CACHE_HOME: root, PATH: bin }, cache: join(root, 'slipstream', 'kafka') };
}

function kafkaHome(t: Context, version: string): string {
  const home = tempDir(t);
  for (const folder of ['libs', 'bin']) mkdirSync(join(home, folder));
  writeFileSync(join(home, 'libs', `kafka_2.13-${version}.jar`), '');
  writeFileSync(join(home, 'bin', 'kafka-server-start.sh'), '');
  return home;
}
