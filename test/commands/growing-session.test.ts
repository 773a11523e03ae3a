import assert from 'node:assert/strict';
import { appendFileSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { openLaps, openRaw } from '../../src/commands/load-raw.ts';
import type { OpenSessionRequest } from '../../src/commands/session-request.ts';
import { defaultConfig } from '../../src/config/defaults.ts';
import { noLog } from '../../src/domain/log.ts';
import { runSlipstream } from '../support/run-slipstream.ts';
import { tempDir } from '../support/temp-dir.ts';
import { writeSyntheticArchive } from './synthetic-archive.ts';

test('a session that grows while it is read is read as far as it was, and not kept as what it is now', async (t) => {
  const dir = tempDir(t);
  const folder = writeSyntheticArchive(join(dir, '2024_test_race'));
  const cacheDir = join(dir, 'cache');
  const request: OpenSessionRequest = {
    spec: folder,
    config: { ...defaultConfig, source: { ...defaultConfig.source, cache_dir: cacheDir } },
    log: noLog,
    signal: new AbortController().signal,
  };
  const line = (second: number): string => `00:30:0${second}.000{"Status":"1","Message":"AllClear"}\r\n`;
  let grown = false;
  const onProgress = (): void => {
    if (grown) return;
    grown = true;
    appendFileSync(join(folder, 'TrackStatus.jsonStream'), line(1));
  };
  for (const open of [openRaw, openLaps]) {
    grown = false;
    const first = await open({ ...request, onProgress });
    assert.equal(grown, true, 'the recording has grown while it was read');
    assert.equal(first.fromCache, false);
    const kept = existsSync(join(cacheDir, 'tables')) ? readdirSync(join(cacheDir, 'tables')) : [];
    assert.deepEqual(kept, [], 'nothing is kept of a recording that changed under the reader');
  }
  assert.equal((await openRaw(request)).fromCache, false);
  const settled = await openRaw(request);
  assert.equal(settled.fromCache, true);
  assert.equal(
    settled.raw.timing.trackStatus.filter(({ sessionMs }) => sessionMs === 1_801_000).length,
    1,
    'a state is told once',
  );
});

test(
  'a disk without space leaves no half file under a final name, and says which one',
  { skip: process.platform === 'win32' },
  async (t) => {
    const dir = tempDir(t);
    const folder = writeSyntheticArchive(join(dir, '2024_test_race'));
    const out = join(dir, 'out');
    // The limit on the size of a file stands for the disk: the same write fails in the same way.
    const ran = await runSlipstream(dir, { fileBlocks: 20 }, 'extract', folder, '--out', out, '--no-cache');
    assert.equal(ran.code, 2, ran.stderr);
    assert.match(ran.stderr, /error: Cannot write .*telemetry\.csv/);
    assert.match(ran.stderr, /has space with --out/);
    assert.deepEqual(readdirSync(out), []);
  },
);
