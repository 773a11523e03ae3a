import assert from 'node:assert/strict';
import { appendFileSync, cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runSlipstream } from '../support/run-slipstream.ts';
import { sharedData, skipWithout } from '../support/shared-data.ts';
import { tempDir } from '../support/temp-dir.ts';

const spain = sharedData('archive', '2024', '2024-06-23_Spanish_Grand_Prix', '2024-06-22_Qualifying');

test(
  'slipstream quality prints, gives JSON and writes a page, and counts what is planted',
  { skip: skipWithout(spain) },
  async (t) => {
    const cwd = tempDir(t);
    const copy = join(cwd, 'session');
    cpSync(spain!, copy, { recursive: true });
    appendFileSync(
      join(copy, 'TrackStatus.jsonStream'),
      '00:00:01.000{"Status":"1","Message":"AllClear"}\r\n00:00:0',
    );
    const printed = await runSlipstream(cwd, 'quality', copy);
    assert.equal(printed.code, 0, printed.stderr);
    assert.match(printed.stdout, /^2024 Spanish Grand Prix Qualifying: poor\n/);
    assert.match(printed.stdout, /TrackStatus: 1 of \d+ lines cannot be read/);
    const json = await runSlipstream(cwd, 'quality', copy, '--json', '--drivers', 'NOR', '--out', 'q.html');
    const report = JSON.parse(json.stdout);
    assert.equal(report.drivers.length, 1);
    assert.equal(report.drivers[0].driver, 'NOR');
    const status = report.topics.find(({ topic }: { topic: string }) => topic === 'TrackStatus');
    assert.deepEqual([status.malformed, status.outOfOrder], [1, 1]);
    assert.match(readFileSync(join(cwd, 'q.html'), 'utf8'), /^<!doctype html>/);
  },
);
