import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { partitionForKey } from '../../src/domain/partition.ts';
import { createSchedule, type Schedule } from '../../src/replay/schedule.ts';
import { lowerBound } from '../../src/domain/bounds.ts';
import { driverTable, sessionTable, statusEvent } from '../support/replay-fixture.ts';

const codes = ['VER', 'HAM', 'LEC', 'ALO', 'NOR', 'SAI'];
/** Rising times with ties between drivers. */
const times = fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 60 }).map((steps) =>
  steps.map(
    (
      (sum) => (step: number) =>
        (sum += step * 40)
    )(0),
  ),
);
const anySession = fc
  .array(times, { minLength: 1, maxLength: codes.length })
  .map((drivers) =>
    sessionTable(
      drivers.map((due, index) =>
        driverTable(codes[index]!, index + 1, due, (row) => 1 + Math.floor(row / 10)),
      ),
    ),
  );

function rowsOf(schedule: Schedule): { code: string; row: number; dueMs: number; partition: number }[] {
  return schedule.lanes.flatMap(({ partition, driver, row, dueMs }) =>
    Array.from(row, (value, index) => ({
      code: schedule.tables[driver[index]!]!.driver.code,
      row: value,
      dueMs: dueMs[index]!,
      partition,
    })),
  );
}

test('createSchedule: every row exactly once, on its key partition, per-driver order kept, due times rising', () => {
  fc.assert(
    fc.property(anySession, fc.integer({ min: 1, max: 7 }), (table, partitions) => {
      const schedule = createSchedule(table, [], { partitions });
      const rows = rowsOf(schedule);
      assert.equal(rows.length, schedule.rows);
      for (const { driver, sessionMs } of table.tables) {
        const own = rows.filter((row) => row.code === driver.code);
        assert.deepEqual(
          own.map((row) => row.row),
          [...sessionMs.keys()],
        );
        assert.deepEqual(
          own.map((row) => row.dueMs),
          [...sessionMs],
        );
        assert.ok(own.every((row) => row.partition === partitionForKey(driver.code, partitions)));
      }
      for (const { dueMs } of schedule.lanes) {
        for (let i = 1; i < dueMs.length; i++) assert.ok(dueMs[i]! >= dueMs[i - 1]!);
      }
    }),
  );
});

test('lowerBound: equals the index a linear search finds', () => {
  fc.assert(
    fc.property(times, fc.integer({ min: -10, max: 13_000 }), (due, wanted) => {
      const found = due.findIndex((time) => time >= wanted);
      assert.equal(lowerBound(Float64Array.from(due), wanted), found === -1 ? due.length : found);
    }),
  );
});

test('createSchedule: drivers, start and end, and lap range keep exactly the rows they name', () => {
  const options = fc.record({
    drivers: fc.subarray(codes),
    startMs: fc.integer({ min: 0, max: 6000 }),
    endMs: fc.integer({ min: 0, max: 12_000 }),
    first: fc.integer({ min: 1, max: 4 }),
    laps: fc.integer({ min: 0, max: 3 }),
  });
  fc.assert(
    fc.property(anySession, options, (table, { drivers, startMs, endMs, first, laps }) => {
      const lapRange = { first, last: first + laps };
      const schedule = createSchedule(table, [], { partitions: 4, drivers, startMs, endMs, lapRange });
      const expected = table.tables
        .filter(({ driver }) => drivers.length === 0 || drivers.includes(driver.code))
        .flatMap(({ driver, sessionMs, lap }) =>
          [...sessionMs.keys()]
            .filter((row) => sessionMs[row]! >= startMs && sessionMs[row]! <= endMs)
            .filter((row) => lap[row]! >= lapRange.first && lap[row]! <= lapRange.last)
            .map((row) => `${driver.code} ${row}`),
        );
      assert.deepEqual(
        rowsOf(schedule)
          .map(({ code, row }) => `${code} ${row}`)
          .sort(),
        expected.sort(),
      );
    }),
  );
});

test('createSchedule: events are in time order, those without a time first, late ones due with the last row', () => {
  const table = sessionTable([driverTable('VER', 1, [100, 200, 300], () => 1)]);
  const events = [statusEvent(250, 'c'), statusEvent(900, 'd'), statusEvent(null, 'a'), statusEvent(50, 'b')];
  const schedule = createSchedule(table, events, { partitions: 4 });
  assert.deepEqual(
    schedule.events.map((event) => (event.type === 'session_status' ? event.body : null)),
    ['a', 'b', 'c', 'd'].map((status) => ({ status })),
  );
  assert.deepEqual([...schedule.eventDueMs], [-Infinity, 50, 250, 300]);
  assert.deepEqual([schedule.startMs, schedule.endMs], [100, 300]);
  const cut = createSchedule(table, events, { partitions: 4, endMs: 200 });
  assert.deepEqual([...cut.eventDueMs], [-Infinity, 50]);
});

test('createSchedule: a session without telemetry is scheduled by its timing events', () => {
  const schedule = createSchedule(
    sessionTable([]),
    [statusEvent(null, 'a'), statusEvent(70, 'b'), statusEvent(900, 'c')],
    { partitions: 4 },
  );
  assert.deepEqual([schedule.rows, schedule.lanes.length, schedule.startMs, schedule.endMs], [0, 0, 70, 900]);
});
