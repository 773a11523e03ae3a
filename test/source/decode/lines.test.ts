import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import * as fc from 'fast-check';
import { readLines, type LinesOptions } from '../../../src/source/decode/lines.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { neverAborted } from '../support/test-config.ts';

async function linesOf(
  t: TestContext,
  content: string | Buffer,
  options: Partial<LinesOptions> = {},
): Promise<[number, string][]> {
  const path = join(tempDir(t), 'x.jsonStream');
  writeFileSync(path, content);
  const lines: [number, string][] = [];
  await readLines(path, {
    signal: neverAborted,
    onLine: (bytes, start, end, line) => lines.push([line, bytes.toString('utf8', start, end)]),
    ...options,
  });
  return lines;
}

test('readLines() strips the BOM and CRLF or LF, skips empty lines but counts them', async (t) => {
  assert.deepEqual(await linesOf(t, '\uFEFFa\r\nb\n\r\nc\r\n'), [
    [1, 'a'],
    [2, 'b'],
    [4, 'c'],
  ]);
  assert.deepEqual(await linesOf(t, 'no end'), [[1, 'no end']]);
  assert.deepEqual(await linesOf(t, '\uFEFF'), []);
  assert.deepEqual(await linesOf(t, ''), []);
});

test('readLines() gives the same lines for every chunk size', async (t) => {
  const line = fc.string({ unit: fc.constantFrom('a', 'é', '{', '"', ' '), minLength: 1, maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(line, { maxLength: 20 }),
      fc.integer({ min: 4, max: 64 }),
      fc.constantFrom('\r\n', '\n'),
      async (lines, chunkBytes, end) => {
        const text = `\uFEFF${lines.join(end)}${end}`;
        const read = await linesOf(t, text, { chunkBytes });
        assert.deepEqual(
          read,
          lines.map((content, index) => [index + 1, content]),
        );
      },
    ),
    { numRuns: 60 },
  );
});

test('readLines() skips a line beyond the limit, says so and goes on with the next', async (t) => {
  const long: number[] = [];
  const options = { chunkBytes: 16, maxLineBytes: 64, onLongLine: (line: number) => long.push(line) };
  assert.deepEqual(await linesOf(t, `a\n${'x'.repeat(1000)}\nb\n`, options), [
    [1, 'a'],
    [3, 'b'],
  ]);
  assert.deepEqual(long, [2]);
  assert.deepEqual(await linesOf(t, `a\n${'x'.repeat(1000)}`, options), [[1, 'a']]);
});

test('readLines() stops when the signal is aborted', async (t) => {
  await assert.rejects(linesOf(t, 'a\n', { signal: AbortSignal.abort() }), { name: 'AbortError' });
});
