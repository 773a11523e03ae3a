import assert from 'node:assert/strict';
import test from 'node:test';
import { createProgressLine, formatBytes, progressText } from '../../src/commands/progress-line.ts';

test('progressText names stage, file, share of the total and time left', () => {
  const progress = {
    stage: 'read',
    file: 'CarData.z.jsonStream',
    done: 10_035_000,
    total: 22_300_000,
    unit: 'bytes',
    etaSeconds: 1.2,
  } as const;
  assert.equal(progressText(progress), 'read CarData.z.jsonStream 45 % of 22.3 MB, 2 s left');
  assert.equal(
    progressText({ ...progress, total: null, etaSeconds: null }),
    'read CarData.z.jsonStream 10.0 MB',
  );
  assert.equal(
    progressText({ stage: 'merge', file: null, done: 0, total: null, unit: 'rows', etaSeconds: null }),
    'merge',
  );
  assert.equal(
    progressText({ stage: 'write', file: 'a.csv', done: 5, total: 0, unit: 'rows', etaSeconds: null }),
    'write a.csv 5 rows',
  );
});

test('formatBytes uses powers of 1000', () => {
  assert.deepEqual([0, 999, 1000, 22_345_678, 5e9].map(formatBytes), [
    '0 B',
    '999 B',
    '1.0 kB',
    '22.3 MB',
    '5.00 GB',
  ]);
});

test('createProgressLine writes nothing in pipes', (t) => {
  const write = t.mock.method(process.stderr, 'write', () => true);
  const line = createProgressLine(true);
  line.onProgress({ stage: 'read', file: null, done: 1, total: 2, unit: 'bytes', etaSeconds: null });
  line.close();
  assert.equal(write.mock.callCount(), 0);
});
