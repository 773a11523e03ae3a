import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { before, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { channels } from '../../../src/domain/channels.ts';
import { createPointStore } from '../../../src/bridge/ingest/point-store.ts';
import { createByteWriter } from '../../../src/bridge/query/byte-writer.ts';
import { rowClock } from '../../../src/bridge/rest/row-clock.ts';
import { readTelemetryFields } from '../../../src/bridge/rest/telemetry-fields.ts';
import { writeTelemetry } from '../../../src/bridge/rest/telemetry-rows.ts';
import { createTelemetryWriter } from '../../../src/bridge/rest/telemetry-writer.ts';
import { framesOfCsv } from '../../../grafana/query/infinity-frames.ts';
import { row } from '../support.ts';
import { beginMs, beginS, createWorld, drivers, rowsEach, speedAt } from './world.ts';
import type { Row } from './world.ts';

const { toDataFrame } = createRequire(import.meta.url)('@grafana/data') as typeof import('@grafana/data');
const range = `from=${beginMs}&to=${beginMs + 120_000}`;

/** Rows of a plan over rings, parsed. */
function written(
  rings: readonly (readonly { t: number; v: number | null; origin?: number }[])[],
  options: { maxPoints: number; field?: string; fromMs?: number; toMs?: number },
): Row[] {
  const store = createPointStore(4096);
  rings.forEach((ring, i) => {
    for (const { t, v, origin = 0 } of ring)
      store.append(
        row({
          driver: `D${i}`,
          timestampMs: t,
          sessionMs: t,
          speedKmh: v ?? Number.NaN,
          gear: v === null ? Number.NaN : Math.round(v) % 9,
          origin,
        }),
        0,
      );
  });
  const { fields } = readTelemetryFields([options.field ?? 'speed']);
  const clock = rowClock('published', null)!;
  const writer = createByteWriter(1024);
  const sink = createTelemetryWriter(writer, store.drivers, fields, clock, false);
  const { fromMs = 0, toMs = 1e15, maxPoints } = options;
  writeTelemetry({ drivers: store.drivers, fields, clock, fromMs, toMs, maxPoints, clockRate: 1 }, sink);
  return JSON.parse(`[${writer.view().toString()}]`) as Row[];
}

test('F1: rows of all drivers are sorted by time, then driver, without a null time', async (t) => {
  const { ask } = await createWorld(t);
  const { status, body } = await ask(`telemetry?${range}&fields=speed,gear&maxPoints=5000`);
  assert.equal(status, 200);
  assert.equal(body.rows.length, rowsEach * drivers.length);
  body.rows.forEach(({ t: at, driver }, i) => {
    assert.equal(typeof at, 'number');
    const before = body.rows[i - 1];
    if (before !== undefined)
      assert.ok(before.t < at || (before.t === at && before.driver < driver), `row ${i}`);
  });
  const own = body.rows.filter(({ driver }) => driver === 'HAM');
  own.forEach((one, i) => assert.equal(one['speed'], speedAt(1, i)));
});

test('F1: of rows of one driver in one millisecond the last is answered', () => {
  const rows = written(
    [
      [
        { t: 1000, v: 1 },
        { t: 1000, v: 2 },
        { t: 1000, v: 3 },
        { t: 1100, v: 4 },
      ],
    ],
    { maxPoints: 100 },
  );
  assert.deepEqual(rows, [
    { t: 1000, driver: 'D0', speed: 3 },
    { t: 1100, driver: 'D0', speed: 4 },
  ]);
});

test('F2: time points are the same for all drivers and at most maxPoints, thinned values are extremes of the ring', () => {
  const ring = fc.array(
    fc.record({
      dt: fc.oneof(
        { weight: 12, arbitrary: fc.integer({ min: 0, max: 400 }) },
        { weight: 1, arbitrary: fc.integer({ min: 1500, max: 9000 }) },
      ),
      v: fc.option(
        fc.integer({ min: 0, max: 4000 }).map((raw) => raw / 10),
        { freq: 8 },
      ),
    }),
    { minLength: 1, maxLength: 300 },
  );
  fc.assert(
    fc.property(
      fc.array(ring, { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 400 }),
      (rings, maxPoints) => {
        const timed = rings.map((steps, i) => {
          let at = 1_000_000 + i * 7;
          return steps.map(({ dt, v }) => ({ t: (at += dt), v }));
        });
        const rows = written(timed, { maxPoints });
        const times = [...new Set(rows.map(({ t }) => t))];
        assert.ok(times.length <= maxPoints, `${times.length} of ${maxPoints}`);
        assert.deepEqual(
          times,
          [...times].sort((a, b) => a - b),
        );
        timed.forEach((own, i) => {
          const shown = rows
            .filter(({ driver, speed }) => driver === `D${i}` && speed !== null)
            .map(({ speed }) => Number(speed));
          const real = own.flatMap(({ v }) => (v === null ? [] : [v]));
          // Rows of one millisecond: the last stands for all, so only thinned answers must hold the extremes.
          for (const value of shown) assert.ok(real.includes(value), `${value} was never there`);
          if (maxPoints > 1 && own.length > maxPoints && real.length > 0) {
            assert.equal(Math.max(...shown), Math.max(...real));
            assert.equal(Math.min(...shown), Math.min(...real));
          }
        });
      },
    ),
  );
});

/** Share of cells without a value when rows of `cars` drivers are joined on their time. */
function missingShare(rows: readonly Row[], cars: number): number {
  const cells = new Set(rows.map(({ t }) => t)).size * cars;
  return (cells - rows.filter(({ speed }) => speed !== null).length) / cells;
}

test('F2: drivers that report at different moments are no columns of nulls, also when thinned', () => {
  const cars = 20;
  const rings = Array.from({ length: cars }, (_, who) =>
    Array.from({ length: 200 }, (__, i) => ({
      t: 1_000_000 + i * 240 + who * 11 + ((i * 37 + who * 13) % 50),
      v: 100 + i,
    })),
  );
  // Every row; more common times than points; more rows of each driver than points.
  for (const maxPoints of [10_000, 1000, 300, 100]) {
    const rows = written(rings, { maxPoints });
    assert.ok(new Set(rows.map(({ t }) => t)).size <= maxPoints);
    assert.ok(missingShare(rows, cars) < 0.1, `${maxPoints}: ${missingShare(rows, cars)}`);
  }
});

test('F2: a replay slowed down to a row every few seconds has no breaks', () => {
  const rings = [0, 1, 2].map((who) =>
    Array.from({ length: 100 }, (_, i) => ({ t: 1_000_000 + i * 2400 + who * 700, v: 100 + i })),
  );
  for (const maxPoints of [1000, 200, 60]) {
    const rows = written(rings, { maxPoints });
    assert.equal(rows.filter(({ speed }) => speed === null).length, 0, String(maxPoints));
    assert.ok(missingShare(rows, 3) < 0.1, `${maxPoints}: ${missingShare(rows, 3)}`);
  }
});

test('a trace that breaks while others go on has one row of nulls in its hole', () => {
  const steady = Array.from({ length: 600 }, (_, i) => ({ t: 1_000_000 + i * 100, v: 100 }));
  const broken = steady.filter((_, i) => i < 200 || i >= 300);
  for (const maxPoints of [1000, 100]) {
    const rows = written([steady, broken], { maxPoints });
    const nulls = rows.filter(({ speed }) => speed === null);
    assert.deepEqual(
      nulls.map(({ driver }) => driver),
      ['D1'],
      String(maxPoints),
    );
    assert.ok(nulls[0]!.t > 1_019_900 && nulls[0]!.t < 1_030_000, String(nulls[0]!.t));
    const own = rows.filter(({ driver }) => driver === 'D1').map(({ t }) => t);
    // A thinned answer shows a value up to an interval early.
    assert.ok(own.every((t) => t <= 1_020_000 || t >= 1_028_000 || t === nulls[0]!.t));
  }
});

test('discrete channels show the value that holds at the end of each half interval', () => {
  const ring = Array.from({ length: 1000 }, (_, i) => ({ t: 1_000_000 + i * 100, v: Math.floor(i / 50) }));
  const rows = written([ring], { maxPoints: 50, field: 'gear' });
  assert.ok(rows.length <= 50 && rows.length > 20, String(rows.length));
  const halfMs = rows[1]!.t - rows[0]!.t;
  for (const { t, gear } of rows) {
    const held = ring.findLast((one) => one.t >= t && one.t < t + halfMs);
    assert.equal(gear, Math.round(held!.v) % 9, String(t));
  }
});

test('F2: through Infinity and @grafana/data: one field a driver with its label, at most a tenth missing', async (t) => {
  const { app } = await createWorld(t);
  for (const maxPoints of [200, 5000]) {
    const response = await app.inject({
      url: `/api/v1/telemetry?${range}&fields=speed&maxPoints=${maxPoints}&format=csv`,
    });
    const target = {
      refId: 'A',
      type: 'csv',
      parser: 'backend',
      format: 'timeseries',
      columns: [
        { selector: 't', text: 'Time', type: 'timestamp_epoch' },
        { selector: 'driver', text: 'driver', type: 'string' },
        { selector: 'speed', text: 'speed', type: 'number' },
      ],
    };
    const { frames, fault } = framesOfCsv(response.body, target);
    assert.equal(fault, undefined);
    const frame = toDataFrame(frames[0]);
    assert.deepEqual(
      frame.fields.map(({ name, type, labels }) => [name, type, labels?.['driver']]),
      [
        ['Time', 'time', undefined],
        ['speed', 'number', 'HAM'],
        ['speed', 'number', 'LEC'],
        ['speed', 'number', 'VER'],
      ],
    );
    const values = frame.fields.slice(1).flatMap((field) => field.values);
    assert.ok(values.filter((value) => value === null).length <= values.length / 10);
    assert.ok(frame.length <= maxPoints);
  }
});

test('a hole is one row of nulls in the middle of it; values go on behind it', () => {
  const rows = written(
    [
      [
        { t: 1000, v: 1 },
        { t: 1100, v: 2 },
        { t: 9000, v: 3 },
        { t: 9100, v: 4 },
      ],
    ],
    { maxPoints: 100 },
  );
  assert.deepEqual(
    rows.map(({ t, speed }) => [t, speed]),
    [
      [1000, 1],
      [1100, 2],
      [5050, null],
      [9000, 3],
      [9100, 4],
    ],
  );
});

test('session and original time, windows, CSV and gzip', async (t) => {
  const { app, ask } = await createWorld(t);
  const session = await ask(`telemetry?time=session&from=${beginS}&to=${beginS + 1}&fields=speed&driver=VER`);
  assert.deepEqual(session.body.rows.map(({ t: at }) => at).slice(0, 3), [
    beginS,
    beginS + 0.1,
    beginS + 0.2,
  ]);
  const original = await ask(
    `telemetry?time=original&fields=speed&driver=VER&from=2023-05-28T13:00:00Z&to=2023-05-28T13:00:01Z`,
  );
  assert.equal(original.body.rows[0]!.t, Date.parse('2023-05-28T13:00:00Z'));
  const json = await ask(`telemetry?${range}&fields=speed,compound,lap_number&maxPoints=5000`);
  const csv = await app.inject({
    url: `/api/v1/telemetry?${range}&fields=speed,compound,lap_number&maxPoints=5000`,
    headers: { accept: 'text/csv' },
  });
  assert.match(String(csv.headers['content-type']), /^text\/csv/);
  const [head, ...lines] = csv.body.trimEnd().split('\n');
  assert.equal(head, 't,driver,speed,compound,lap_number');
  assert.deepEqual(
    lines,
    json.body.rows.map((one) =>
      Object.values(one)
        .map((value) => value ?? '')
        .join(','),
    ),
  );
  const zipped = await app.inject({
    url: `/api/v1/telemetry?${range}&fields=speed`,
    headers: { 'accept-encoding': 'gzip' },
  });
  assert.equal(zipped.headers['content-encoding'], 'gzip');
  const plain = await app.inject({
    url: `/api/v1/telemetry?${range}&fields=speed`,
    headers: { 'accept-encoding': 'gzip;q=0' },
  });
  assert.equal(plain.headers['content-encoding'], undefined);
  assert.deepEqual(gunzipSync(zipped.rawPayload).toString(), plain.body);
});

test('every channel is answered by default, and derived ones hold between car samples', async (t) => {
  const { ask } = await createWorld(t);
  const { body } = await ask(`telemetry?${range}&driver=VER&maxPoints=5000`);
  assert.deepEqual(Object.keys(body.rows[0]!), ['t', 'driver', ...channels.map(({ wireName }) => wireName)]);
  const brakes = await ask(`telemetry?${range}&driver=VER&fields=brake_temp_model&maxPoints=5000`);
  const missing = brakes.body.rows.filter((one) => one['brake_temp_model'] === null).length;
  assert.ok(missing < 5, String(missing));
});

let asked = 0;
before(() => {
  asked = 0;
});

test('viewers who ask within one interval of the answer share its bytes; it is made once', async (t) => {
  const { app } = await createWorld(t);
  const bodies = await Promise.all(
    Array.from({ length: 10 }, async (_, i) => {
      asked++;
      const from = beginMs + i;
      return (
        await app.inject({
          url: `/api/v1/telemetry?from=${from}&to=${from + 120_000}&fields=speed&maxPoints=1000`,
        })
      ).body;
    }),
  );
  assert.equal(new Set(bodies).size <= 2, true, `${new Set(bodies).size} of ${asked}`);
});
