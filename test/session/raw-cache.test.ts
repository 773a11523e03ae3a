import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import * as fc from 'fast-check';
import { noLog, type Log } from '../../src/domain/log.ts';
import type { RawSession } from '../../src/domain/raw-session.ts';
import { readLapCache, readRawCache, writeLapCache, writeRawCache } from '../../src/session/raw-cache.ts';
import { tempDir } from '../support/temp-dir.ts';
import { carSamples, grid, posSamples, syntheticDriver, syntheticRaw } from './synthetic-session.ts';

function recordingLog(): { log: Log; lines: string[] } {
  const lines: string[] = [];
  const keep = (message: string): void => void lines.push(message);
  return { log: { ...noLog, info: keep, warn: keep }, lines };
}

function session(): RawSession {
  const times = grid(9_000, 250, 41);
  const first = carSamples(times);
  return syntheticRaw({
    drivers: [syntheticDriver('1', 'VER'), syntheticDriver('44', 'HAM')],
    car: new Map([
      ['1', first],
      ['44', { ...carSamples(times), epochMs: first.epochMs }],
    ]),
    pos: new Map([['1', posSamples(grid(9_100, 300, 33))]]),
  });
}

const forms = [
  { name: 'readRawCache', write: writeRawCache, read: readRawCache },
  { name: 'readLapCache', write: writeLapCache, read: readLapCache },
] as const;

for (const { name, write, read } of forms) {
  test(`${name} gives back what was written, cars sampled together share their times again`, async (t) => {
    const path = join(tempDir(t), 'a');
    const raw = session();
    await write(path, raw, 'print 1');
    const found = (await read(path, 'print 1'))!;
    assert.deepEqual(found.car, raw.car);
    assert.deepEqual(found.pos, raw.pos);
    assert.deepEqual(found.timing.lapTable, raw.timing.lapTable);
    assert.deepEqual(found.identity, raw.identity);
    assert.equal(found.car.get('1')!.epochMs, found.car.get('44')!.epochMs);
    assert.equal(await read(`${path}x`, 'print 1'), null);
  });

  test(`A8: ${name} notices every changed byte, any cut and another fingerprint, and says so`, async (t) => {
    const path = join(tempDir(t), 'a');
    await write(path, session(), 'print 1');
    const bytes = readFileSync(path);
    const refused = async (content: Buffer): Promise<void> => {
      writeFileSync(path, content);
      const { log, lines } = recordingLog();
      assert.equal(await read(path, 'print 1', log), null);
      assert.equal(lines.length, 1);
    };
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (place, flip) => {
        const damaged = Buffer.from(bytes);
        damaged[place]! ^= flip;
        await refused(damaged);
        await refused(bytes.subarray(0, place));
      }),
    );
    writeFileSync(path, bytes);
    const { log, lines } = recordingLog();
    assert.equal(await read(path, 'print 2', log), null);
    assert.match(lines.join(), /stale/);
  });
}

test('what single laps need takes less than the whole session', async (t) => {
  const dir = tempDir(t);
  await writeRawCache(join(dir, 'raw'), session(), 'p');
  await writeLapCache(join(dir, 'laps'), session(), 'p');
  assert.ok(statSync(join(dir, 'laps')).size < statSync(join(dir, 'raw')).size);
});
