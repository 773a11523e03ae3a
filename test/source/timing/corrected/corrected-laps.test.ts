import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CorrectedLap } from '../../../../src/domain/lap-table.ts';
import { noLog } from '../../../../src/domain/log.ts';
import type { RaceControlMessage } from '../../../../src/domain/timing.ts';
import { readFolder } from '../../../../src/source/read-folder.ts';
import { deletedByText } from '../../../../src/source/timing/corrected/deleted-by-text.ts';
import { racingLaps } from '../../../../src/source/timing/corrected/racing-laps.ts';
import { tyreHistory } from '../../../../src/source/timing/corrected/tyre-history.ts';
import { emptyRow } from '../../../../src/source/timing/lap-rows.ts';
import { setAt } from '../../../../src/source/timing/tyres.ts';
import type { TyreSet } from '../../../../src/source/timing/tyres.ts';
import { syntheticLap } from '../../../session/synthetic-session.ts';
import { sharedData, skipWithout } from '../../../support/shared-data.ts';

const monaco = sharedData('sessions/2023_monaco_race/raw');
const miami = sharedData('archive/2025/2025-05-04_Miami_Grand_Prix/2025-05-03_Sprint');
const spain = sharedData('archive/2024/2024-06-23_Spanish_Grand_Prix/2024-06-22_Qualifying');

async function corrected(folder: string): Promise<readonly CorrectedLap[]> {
  const options = { log: noLog, signal: new AbortController().signal, identityHint: null };
  return (await readFolder(folder, options)).session.timing.correctedLaps;
}

function message(text: string, sessionMs = 0): RaceControlMessage {
  return {
    sessionMs,
    lap: null,
    category: 'Other',
    message: text,
    flag: null,
    scope: null,
    sector: null,
    status: null,
    driverNumber: null,
    foreign: false,
  };
}

/** Ten laps of 80 s; `exits` are the laps that begin in the pit lane. */
function history(sets: readonly TyreSet[], exits: readonly number[]): ReturnType<typeof tyreHistory> {
  const rows = Array.from({ length: 10 }, (_, index) => ({
    ...emptyRow(),
    endMs: (index + 1) * 80_000,
    pitOutMs: exits.includes(index + 1) ? index * 80_000 + 5_000 : null,
  }));
  return tyreHistory(rows, (row) => setAt(sets, row.endMs ?? 0));
}

const set = (lap: number, compound: string, startLaps: number | null, fresh = false): TyreSet => ({
  firstMs: (lap - 1) * 80_000 + 6_000,
  compound,
  fresh,
  startLaps,
});

test(
  'C2: 37 stops at Monaco 2023, where cars went 38 times into the pits',
  { skip: skipWithout(monaco) },
  async () => {
    const most = new Map<string, number>();
    for (const { driver, stops } of await corrected(monaco!))
      most.set(driver, Math.max(most.get(driver) ?? 0, stops));
    assert.equal(
      [...most.values()].reduce((sum, stops) => sum + stops, 0),
      37,
    );
    assert.equal(most.get('VER'), 1);
    assert.equal(most.get('PER'), 5);
  },
);

test('C2: tyres announced again after a drive through the pit lane are no stop, other or younger ones are', () => {
  const sets = [
    set(1, 'INTERMEDIATE', 0, true),
    set(3, 'INTERMEDIATE', 2),
    set(4, 'INTERMEDIATE', 3),
    set(6, 'HARD', 1),
    set(8, 'INTERMEDIATE', 0, true),
  ];
  const laps = history(sets, [3, 4, 6, 8]);
  assert.deepEqual(
    laps.map(({ stops }) => stops),
    [0, 0, 0, 0, 0, 1, 1, 2, 2, 2],
  );
  assert.deepEqual(
    laps.map(({ tyreAge }) => tyreAge),
    [1, 2, 3, 4, 5, 2, 3, 1, 2, 3],
  );
  const younger = history([set(1, 'SOFT', 5), set(5, 'SOFT', 0, true)], [5]);
  assert.deepEqual(
    younger.map(({ stops }) => stops),
    [0, 0, 0, 0, 1, 1, 1, 1, 1, 1],
  );
});

test('C5: an age below the laps since the last pit exit is not given', () => {
  const laps = history([set(1, '', null), set(6, 'HARD', 0)], []);
  assert.deepEqual(
    laps.slice(5).map(({ tyreAge, ageQuality }) => [tyreAge, ageQuality]),
    Array.from({ length: 5 }, () => [null, 'unknown']),
  );
});

test('C6: laps that hold a stoppage or are far slower than the driver are no racing laps', () => {
  const laps = [80, 81, 80, 137, 82, 80].map((seconds, index) =>
    syntheticLap('1', index + 1, index * 200_000, index * 200_000 + seconds * 1000, {
      lapTimeMs: seconds * 1000,
    }),
  );
  const statuses = [
    { sessionMs: 230_000, status: 'Aborted' },
    { sessionMs: 420_000, status: 'Started' },
  ];
  const racing = racingLaps(laps, statuses);
  assert.deepEqual(
    laps.map((lap) => racing.has(lap)),
    [true, false, false, false, true, true],
  );
});

test(
  'C11: laps deleted by texts without a time are found; FastF1 finds those with one',
  { skip: skipWithout(miami) || skipWithout(spain) },
  async () => {
    const named = async (folder: string): Promise<string[]> =>
      (await corrected(folder))
        .flatMap((lap) => (lap.deletedByText ? [`${lap.driver} ${lap.lapNumber}`] : []))
        .toSorted();
    assert.deepEqual(await named(miami!), ['ANT 13', 'DOO 3', 'SAI 7', 'TSU 12']);
    assert.deepEqual(await named(spain!), ['PIA 13', 'PIA 16', 'SAI 7']);
  },
);

test('C11 C12: by time or number, counted once however often it is sent; the last message wins', () => {
  const laps = [1, 2, 3, 4].map((lap) =>
    syntheticLap('55', lap, lap * 100_000, lap * 100_000 + 80_000, { lapTimeMs: 80_000 + lap }),
  );
  const deletedLaps = (texts: readonly string[], isRace = true): number[] => {
    const deleted = deletedByText(
      laps,
      texts.map((text, at) => message(text, at)),
      isRace,
    );
    return laps.filter((lap) => deleted.has(lap)).map(({ lap }) => lap);
  };
  const text = 'CAR 55 (SAI) TIME 1:20.002 DELETED - TRACK LIMITS AT TURN 4 LAP 2 15:00:00';
  assert.deepEqual(deletedLaps([text, text]), [2]);
  assert.deepEqual(deletedLaps(['CAR 55 (SAI) LAP DELETED - TRACK LIMITS AT TURN 4 LAP 3 15:00:00']), [3]);
  assert.deepEqual(
    deletedLaps(['CAR 55 (SAI) LAP DELETED - TRACK LIMITS AT TURN 4 LAP 3 15:00:00'], false),
    [2],
  );
  assert.deepEqual(
    deletedLaps(['CAR 55 (SAI) TIME 16:05.442 DELETED - TRACK LIMITS AT TURN 4 LAP 4 15:00:00']),
    [4],
  );
  const back = 'CAR 55 (SAI) TIME 1:20.002 REINSTATED';
  assert.deepEqual(deletedLaps([text, back]), []);
  assert.deepEqual(deletedLaps([text, back, text]), [2]);
  assert.deepEqual(deletedLaps(['CAR 5 (BOR) TIME 1:20.002 DELETED - TRACK LIMITS LAP 2']), []);
});
