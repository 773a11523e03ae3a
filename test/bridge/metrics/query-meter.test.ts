import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createQueryMeter } from '../../../src/bridge/metrics/query-meter.ts';

test('createQueryMeter(): counts by endpoint and status, durations of all together', () => {
  const meter = createQueryMeter();
  meter.observe('/query', 200, 0.004);
  meter.observe('/query', 400, 0.002);
  meter.observe('/api/v1/laps', 200, 0.03);
  assert.equal(meter.durations.count, 3);
  assert.deepEqual(
    meter.endpoints.map(({ endpoint, statuses, durations }) => [endpoint, [...statuses], durations.count]),
    [
      [
        '/query',
        [
          [200, 1],
          [400, 1],
        ],
        2,
      ],
      ['/api/v1/laps', [[200, 1]], 1],
    ],
  );
});

test('createQueryMeter(): any number of endpoints stays 64 label values, and none is lost', () => {
  const meter = createQueryMeter();
  for (let i = 0; i < 1000; i++) meter.observe(`/made-up/${i}`, 200, 0.001);
  assert.equal(meter.endpoints.length, 64);
  const counted = meter.endpoints.reduce((sum, { durations }) => sum + durations.count, 0);
  assert.equal(counted, 1000);
  assert.equal(meter.endpoints.find(({ endpoint }) => endpoint === 'other')?.durations.count, 1000 - 63);
});
