import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { partitionForKey } from '../../src/domain/partition.ts';
import { skipWithoutKafka, startTestKafka } from '../support/test-kafka.ts';
import { tempDir } from '../support/temp-dir.ts';

const run = promisify(execFile);
const main = resolve(import.meta.dirname, '../../src/main.ts');
const hasKcat = spawnSync('kcat', ['-V']).status === 0;
const skip = hasKcat ? skipWithoutKafka : 'kcat is not installed (apt-get install kcat)';

test(
  'kcat prints readable JSON keyed by driver on the documented partition',
  { skip, timeout: 240_000 },
  async (t) => {
    const dir = tempDir(t);
    const kafka = await startTestKafka(t);
    const race = join(dir, 'race');
    const settings = [
      '--set',
      `source.cache_dir=${join(dir, 'cache')}`,
      '--set',
      `logs.dir=${join(dir, 'logs')}`,
    ];
    await run(process.execPath, [main, 'simulate', '--laps', '2', '--out', race, ...settings]);
    const replay = ['replay', race, '--broker', kafka.bootstrap, '--speed', 'max', '--once', '--json'];
    const { stdout: line } = await run(process.execPath, [main, ...replay, ...settings]);
    const { published } = JSON.parse(line) as { published: number };
    const format = ['-f', '%p\t%k\t%h\t%s\n'];
    const reader = ['-C', '-e', '-q', '-b', kafka.bootstrap, '-t', 'f1-telemetry', ...format];
    const { stdout } = await run('kcat', reader, { maxBuffer: 1e9 });
    const records = stdout.trimEnd().split('\n');
    assert.ok(published > 1000);
    assert.equal(records.length, published);
    for (const record of records) {
      const [partition, key = '', headers = '', text = ''] = record.split('\t');
      const value = JSON.parse(text) as { driver: string; message_type: string };
      assert.equal(value.driver, key);
      assert.equal(value.message_type, 'telemetry');
      assert.equal(Number(partition), partitionForKey(key, 4));
      assert.match(headers, /^run=\S+,segment=0,v=1$/);
    }
  },
);
