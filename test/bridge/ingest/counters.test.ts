import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alertRules, createDueTimes, createDurationHistogram } from '../../../src/bridge/ingest/counters.ts';
import { defaultConfig } from '../../../src/config/defaults.ts';
import { createRules } from '../../../src/detect/index.ts';

test('createDueTimes(): rows of a batch are observed at its end, also of one larger than any before', () => {
  const histogram = createDurationHistogram([0.01, 0.1]);
  const due = createDueTimes(histogram);
  const rows = 5000;
  for (let i = 0; i < rows; i++) due.note(1_000_000 + (i % 2) * 50);
  assert.equal(histogram.count, 0);
  due.settle(1_000_055);
  assert.deepEqual([...histogram.counts], [rows / 2, rows / 2, 0]);
  assert.ok(Math.abs(histogram.sumS - (rows / 2) * (0.055 + 0.005)) < 1e-6);
  due.settle(1_000_999);
  assert.equal(histogram.count, rows, 'a row is observed once');
});

test('alertRules: every rule of the alert processor has a label value of its own', () => {
  const types = createRules(defaultConfig.alerts).map(({ type }) => type);
  assert.deepEqual(types.toSorted(), alertRules.filter((rule) => rule !== 'other').toSorted());
});
