import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import test from 'node:test';
import { telemetryColumns } from '../../src/session/export-columns.ts';

test('docs/exports.md lists the columns of the telemetry export with their types, in order', () => {
  const text = readFileSync(resolve(import.meta.dirname, '../../docs/exports.md'), 'utf8');
  const documented = [...text.matchAll(/^\| `(\w+)` \| ([A-Z0-9]+) \|/gm)].map(
    ([, name, type]) => `${name} ${type}`,
  );
  const columns = telemetryColumns([], 0, ['']).map(({ name, type }) => `${name} ${type}`);
  assert.deepEqual(documented, columns);
});
