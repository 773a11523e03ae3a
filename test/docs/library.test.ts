import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { startArchiveServer } from '../source/support/archive-server.ts';
import { scheduleSample } from '../source/schedule/samples.ts';
import { sharedData, skipWithout } from '../support/shared-data.ts';

const root = resolve(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/library.md'), 'utf8');
const monaco = sharedData('sessions', '2023_monaco_race', 'raw');
const spain = sharedData('archive', '2024', '2024-06-23_Spanish_Grand_Prix', '2024-06-22_Qualifying');

const tasks = [...page.matchAll(/^## (\d+)\. (.+)\n([\s\S]*?)(?=^## |(?![\s\S]))/gm)].map(
  ([, number, title, body]) => ({
    number: Number(number),
    title: title!,
    code: /```ts\n([\s\S]*?)```/.exec(body!)?.[1] ?? '',
    python: /```python\n([\s\S]*?)```/.exec(body!)?.[1] ?? '',
  }),
);

/** What each block prints, as far as it is known from FastF1. */
const expected: Readonly<Record<number, RegExp>> = {
  1: /^11 71\.383 SOFT\n$/,
  2: /^VER \d{3} 2[78]\d 3\d{3}\.\d+\nALO \d{3} 2[78]\d 3\d{3}\.\d+\n$/,
  3: /^VER 77\.\d+/m,
  4: /^VER MEDIUM 55\nVER INTERMEDIATE 23$/m,
  5: /^78 4\n$/,
  6: /^HAM 2\d(\.\d)? false\n$/,
  7: /^\d+ \d+ \d+\nNOR 7\d\.\d+ 7\d\.\d+ 71\.383$/m,
  8: /^6 2023-05-26T11:30:00\.000Z\n$/,
  9: /^20 \d{3}\n1 right/,
  10: /^1[0-9]\n$/,
};

test('the page shows ten tasks, each as FastF1 does it and as it is done here', () => {
  assert.deepEqual(
    tasks.map(({ number }) => number),
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  );
  for (const { title, code, python } of tasks) {
    assert.match(code, /from 'slipstream';/, title);
    assert.ok(python.length > 0, title);
  }
});

for (const { number, title, code } of tasks)
  test(
    `library.md ${number}. ${title}: the block runs and prints what FastF1 has`,
    { skip: skipWithout(monaco) },
    async (t) => {
      const server = await startArchiveServer(t, new Map([['/schedule_2023.json', scheduleSample(2023)]]));
      // Below the package itself, so that the block's import is a self-import.
      mkdirSync(join(root, '.cache'), { recursive: true });
      const dir = mkdtempSync(join(root, '.cache', 'library-'));
      t.after(() => rmSync(dir, { recursive: true, force: true }));
      const source = code
        .replaceAll("loadSession('2023/Monaco/R'", `loadSession(${JSON.stringify(monaco)}`)
        .replaceAll("loadSession('2024/Spain/Q'", `loadSession(${JSON.stringify(spain)}`)
        .replaceAll('loadSchedule(2023', `loadSchedule(2023, { source: { schedule_url: '${server.url}' } }`);
      writeFileSync(join(dir, 'block.ts'), source);
      const printed = await new Promise<string>((done, fail) => {
        execFile(process.execPath, ['block.ts'], { cwd: dir, encoding: 'utf8' }, (error, stdout, stderr) =>
          error === null ? done(stdout) : fail(new Error(stderr, { cause: error })),
        );
      });
      assert.match(printed, expected[number]!);
    },
  );
