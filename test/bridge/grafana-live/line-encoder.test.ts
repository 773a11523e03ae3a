import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  createLineEncoder,
  liveFields,
  measurementOf,
} from '../../../src/bridge/grafana-live/line-encoder.ts';
import { createPointBuffer } from '../../../src/bridge/ingest/point-buffer.ts';
import { createByteWriter } from '../../../src/bridge/query/byte-writer.ts';
import { parseLine } from '../../support/grafana-live-server.ts';
import type { LiveLine } from '../../support/grafana-live-server.ts';
import { row } from '../support.ts';

const none = {
  expectedSpeedKmh: Number.NaN,
  wheelSpinPct: Number.NaN,
  gearAnomaly: Number.NaN,
  brakeTempModelC: Number.NaN,
};

function linesOf(rows: readonly Parameters<typeof row>[0][], driver = 'VER'): LiveLine[] {
  const buffer = createPointBuffer(1000);
  const writer = createByteWriter(1024);
  const encoder = createLineEncoder(driver);
  for (const values of rows) {
    buffer.append(row(values), none);
    encoder.write(writer, buffer, buffer.appended - 1);
  }
  return writer.view().toString().trimEnd().split('\n').map(parseLine);
}

test('every line has every field in one order, and values come back as they were', () => {
  const number = (max: number, scale: number): fc.Arbitrary<number> =>
    fc.oneof(
      { weight: 5, arbitrary: fc.integer({ min: 0, max: max * scale }).map((raw) => raw / scale) },
      { weight: 1, arbitrary: fc.constant(Number.NaN) },
    );
  const values = fc.record({
    stepMs: fc.integer({ min: 0, max: 3000 }),
    speedKmh: number(400, 10),
    rpm: number(15_000, 1),
    x: fc.integer({ min: -20_000, max: 20_000 }),
    drs: fc.constantFrom(0, 12, 14, Number.NaN),
    sessionMs: fc.integer({ min: 0, max: 10_000_000 }),
    lapNumber: fc.integer({ min: 0, max: 99 }),
  });
  fc.assert(
    fc.property(fc.array(values, { minLength: 1, maxLength: 50 }), (all) => {
      let timestampMs = 1_795_000_000_000;
      const rows = all.map(({ stepMs, ...rest }) => ({ ...rest, timestampMs: (timestampMs += stepMs) }));
      const lines = linesOf(rows);
      let heldSpeed = -1;
      let heldAtMs = Number.NEGATIVE_INFINITY;
      lines.forEach((line, i) => {
        const { timestampMs: atMs, speedKmh, x, sessionMs, lapNumber } = rows[i]!;
        assert.deepEqual([...line.fields.keys()], liveFields);
        assert.deepEqual(line.tags, []);
        if (!Number.isNaN(speedKmh)) [heldSpeed, heldAtMs] = [speedKmh, atMs];
        assert.equal(line.fields.get('speed'), atMs - heldAtMs <= 2000 ? heldSpeed : -1);
        assert.equal(line.fields.get('x'), x);
        assert.equal(line.fields.get('session_time'), sessionMs / 1000);
        assert.equal(line.fields.get('lap_number'), lapNumber);
        assert.equal(line.fields.get('wheel_spin'), -1);
        assert.equal(Number(line.stampNs / 1_000_000n), atMs);
        if (i > 0) assert.ok(line.stampNs > lines[i - 1]!.stampNs);
      });
    }),
  );
});

test('positions that were never known are 0,0,0, the mark that the feed itself uses', () => {
  const [line] = linesOf([{ timestampMs: 1_795_000_000_000, x: Number.NaN, y: Number.NaN, z: Number.NaN }]);
  assert.deepEqual(
    ['x', 'y', 'z'].map((name) => line!.fields.get(name)),
    [0, 0, 0],
  );
});

test('measurementOf: whatever a code holds, the measurement needs no escape and is no empty name', () => {
  fc.assert(
    fc.property(fc.string(), (driver) => {
      assert.match(measurementOf(driver), /^[\w-]+$/);
    }),
  );
  assert.equal(measurementOf('VER'), 'VER');
});
