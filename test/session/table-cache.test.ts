import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { crc32 } from 'node:zlib';
import * as fc from 'fast-check';
import { F1Error } from '../../src/domain/errors.ts';
import { noLog, type Log } from '../../src/domain/log.ts';
import type { SessionTable } from '../../src/domain/table.ts';
import { buildSessionTable, readTableCache, writeTableCache } from '../../src/session/index.ts';
import { tempDir } from '../support/temp-dir.ts';
import {
  carSamples,
  grid,
  posSamples,
  syntheticDriver,
  syntheticLap,
  syntheticRaw,
} from './synthetic-session.ts';

function recordingLog(): { log: Log; lines: string[] } {
  const lines: string[] = [];
  const keep = (message: string): void => void lines.push(message);
  return { log: { ...noLog, info: keep, warn: keep }, lines };
}

function smallTable(): SessionTable {
  return buildSessionTable(
    syntheticRaw({
      drivers: [syntheticDriver('1', 'VER'), syntheticDriver('44', 'HAM'), syntheticDriver('9', 'ÄÖÜ')],
      car: new Map([
        ['1', carSamples(grid(9_000, 250, 41))],
        ['44', carSamples(grid(9_000, 400, 25))],
      ]),
      pos: new Map([['1', posSamples(grid(9_100, 300, 33))]]),
    }),
    { all: true },
  );
}

async function written(t: test.TestContext): Promise<{ path: string; table: SessionTable; bytes: Buffer }> {
  const path = join(tempDir(t), 'tables', 'a.f1table');
  const table = smallTable();
  await writeTableCache(path, table, 'print 1');
  return { path, table, bytes: readFileSync(path) };
}

test('readTableCache gives back what writeTableCache wrote, column by column', async (t) => {
  const { path, table } = await written(t);
  const read = await readTableCache(path, 'print 1');
  assert.deepEqual(read, table);
  assert.deepEqual(readdirSync(join(path, '..')), ['a.f1table'], 'nothing is left beside it');
  const buffers = new Set(
    read.tables.flatMap((driver) => [driver.sessionMs.buffer, driver.x.buffer, driver.compound.buffer]),
  );
  assert.equal(buffers.size, 1, 'columns are views of one read');
});

test('readTableCache keeps a session without telemetry and any number of rows', async (t) => {
  const dir = tempDir(t);
  const rows = fc.array(fc.integer({ min: 1, max: 70 }), { maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(rows, async (counts) => {
      const drivers = counts.map((_, i) => syntheticDriver(String(i + 1), `D${i}`));
      const car = new Map(counts.map((count, i) => [String(i + 1), carSamples(grid(9_000, 250, count))]));
      const table = buildSessionTable(syntheticRaw({ drivers, car, pos: new Map() }), { all: true });
      await writeTableCache(join(dir, 'b'), table, 'p');
      assert.deepEqual(await readTableCache(join(dir, 'b'), 'p'), table);
    }),
    { numRuns: 25 },
  );
});

test('readTableCache: no file is null without a line; another fingerprint is stale and says so', async (t) => {
  const { path } = await written(t);
  const { log, lines } = recordingLog();
  assert.equal(await readTableCache(`${path}x`, 'print 1', log), null);
  assert.deepEqual(lines, []);
  assert.equal(await readTableCache(path, 'print 2', log), null);
  assert.match(lines.join(), /stale .* rebuilt/);
});

test('A8: every single changed byte is noticed', async (t) => {
  const { path, bytes } = await written(t);
  const places = [
    ...Array(64).keys(),
    ...Array.from({ length: 200 }, (_, i) => Math.floor((i * (bytes.length - 1)) / 199)),
  ];
  for (const place of places) {
    for (const flip of [1, 0x80]) {
      const damaged = Buffer.from(bytes);
      damaged[place]! ^= flip;
      writeFileSync(path, damaged);
      const { log, lines } = recordingLog();
      assert.equal(await readTableCache(path, 'print 1', log), null, `byte ${place}`);
      assert.equal(lines.length, 1);
    }
  }
});

test('A8: a file cut off at any length, or with more behind it, is rebuilt', async (t) => {
  const { path, bytes } = await written(t);
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: bytes.length - 1 }), async (length) => {
      writeFileSync(path, bytes.subarray(0, length));
      const { log, lines } = recordingLog();
      assert.equal(await readTableCache(path, 'print 1', log), null);
      assert.match(lines.join(), /damaged .* rebuilt/);
    }),
  );
  writeFileSync(path, Buffer.concat([bytes, Buffer.alloc(8)]));
  assert.equal(await readTableCache(path, 'print 1'), null);
});

test('readTableCache recognises a file of another version by name, even with a right checksum', async (t) => {
  const { path, bytes } = await written(t);
  const foreign = Buffer.from(bytes);
  foreign.writeUInt32LE(99, 8);
  foreign.writeUInt32LE(crc32(foreign.subarray(16)), 12);
  writeFileSync(path, foreign);
  const { log, lines } = recordingLog();
  assert.equal(await readTableCache(path, 'print 1', log), null);
  assert.match(lines.join(), /format version 99 \(this program writes \d+\)/);
});

test('readTableCache refuses what is not a table: text, zeros, a folder', async (t) => {
  const dir = tempDir(t);
  for (const [name, content] of [
    ['text', 'x'.repeat(500)],
    ['zeros', Buffer.alloc(4096)],
  ] as const) {
    writeFileSync(join(dir, name), content);
    const { log, lines } = recordingLog();
    assert.equal(await readTableCache(join(dir, name), 'p', log), null);
    assert.match(lines.join(), /damaged/);
  }
  const { log, lines } = recordingLog();
  assert.equal(await readTableCache(dir, 'p', log), null);
  assert.equal(lines.length, 1);
});

test('A8: writeTableCache names path and cause when it cannot write, and leaves nothing', async (t) => {
  const dir = tempDir(t);
  writeFileSync(join(dir, 'file'), '');
  const table = buildSessionTable(
    syntheticRaw({ timing: { ...syntheticRaw().timing, laps: [syntheticLap('1', 1, 10_000, 12_000)] } }),
  );
  await assert.rejects(writeTableCache(join(dir, 'file', 'a.f1table'), table, 'p'), (error) => {
    assert.ok(error instanceof F1Error);
    assert.equal(error.code, 'F1_SESSION_CACHE');
    assert.match(error.message, /a\.f1table/);
    assert.match(error.hint, /source\.cache_dir/);
    assert.match(String((error.cause as Error).message), /ENOTDIR|EEXIST/);
    return true;
  });
  assert.deepEqual(readdirSync(dir), ['file']);
});
