import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { F1Error } from '../../../src/domain/errors.ts';
import { findJava, parseJavaVersion, requireJava } from '../../../src/kafka/managed/java.ts';
import { tempDir } from '../../support/temp-dir.ts';

test('E17: parseJavaVersion reads the numbers of every generation', () => {
  const cases: readonly (readonly [string, number | null])[] = [
    ['java version "1.8.0_402"\nJava(TM) SE Runtime Environment', 8],
    ['openjdk version "1.8"', 8],
    ['openjdk version "11.0.2" 2019-01-15', 11],
    ['openjdk version "17" 2021-09-14', 17],
    ['openjdk version "17.0.15" 2025-04-15', 17],
    ['openjdk version "21-ea" 2023-09-19', 21],
    ['openjdk version "25.0.1+8-LTS" 2025-10-21', 25],
    ['Picked up JAVA_TOOL_OPTIONS: -Xmx1g\nopenjdk version "21.0.4" 2024-07-16', 21],
    ['The operation couldn’t be completed. Unable to locate a Java Runtime.', null],
    ['', null],
  ];
  for (const [output, major] of cases) assert.equal(parseJavaVersion(output)?.major ?? null, major, output);
});

test('E17: findJava goes on to PATH when JAVA_HOME is too old, and says what each has', async (t) => {
  const home = fakeJava(t, 'openjdk version "11.0.2" 2019-01-15', 'home');
  const path = fakeJava(t, 'openjdk version "21.0.4" 2024-07-16', 'path');
  const environment = { JAVA_HOME: home, PATH: `${join(path, 'bin')}:/usr/bin:/bin` };
  const { java, found } = await findJava(environment);
  assert.deepEqual([java?.version, java?.origin], ['21.0.4', 'PATH']);
  assert.deepEqual(found, [`JAVA_HOME (${home}) has Java 11.0.2`, 'PATH has Java 21.0.4']);
});

test('E17: requireJava names every place and one command to run', async (t) => {
  const home = fakeJava(t, 'java version "1.8.0_402"', 'home');
  const stub = fakeJava(
    t,
    'The operation couldn’t be completed. Unable to locate a Java Runtime.',
    'path',
    1,
  );
  const environment = { JAVA_HOME: home, PATH: join(stub, 'bin') };
  await assert.rejects(requireJava(environment), (error: unknown) => {
    assert.ok(error instanceof F1Error);
    assert.equal(error.code, 'F1_KAFKA_JAVA');
    assert.equal(error.exitCode, 2);
    assert.match(
      error.message,
      /JAVA_HOME \(.*\) has Java 1\.8\.0_402; PATH has no Java that runs \(The operation/u,
    );
    assert.match(error.hint, /^Run: /u);
    return true;
  });
});

test('E17: requireJava tells an empty machine from a broken one', async () => {
  const environment = { JAVA_HOME: '/nowhere/at/all', PATH: '/nowhere' };
  await assert.rejects(
    requireJava(environment),
    /JAVA_HOME \(\/nowhere\/at\/all\) has no Java that runs \(not found\)/u,
  );
});

/** A folder with a bin/java that prints like the real one. */
function fakeJava(t: Parameters<typeof tempDir>[0], output: string, name: string, exitCode = 0): string {
  const root = join(tempDir(t), name);
  mkdirSync(join(root, 'bin'), { recursive: true });
  const script = join(root, 'bin', 'java');
  writeFileSync(script, `#!/bin/sh\n/bin/cat >&2 <<'TEXT'\n${output}\nTEXT\nexit ${exitCode}\n`);
  chmodSync(script, 0o755);
  return root;
}
