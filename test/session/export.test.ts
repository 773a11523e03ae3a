import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import * as fc from 'fast-check';
import { wireChannels } from '../../src/domain/channels.ts';
import { F1Error } from '../../src/domain/errors.ts';
import type { RawSession } from '../../src/domain/raw-session.ts';
import {
  exportBaseName,
  exportCsv,
  exportParquet,
  smallTableCsv,
  telemetryByDriver,
  telemetrySource,
  type LargeTable,
} from '../../src/session/index.ts';
import { CsvBytes, csvField } from '../../src/session/csv-bytes.ts';
import { emptyTiming } from '../../src/domain/timing.ts';
import { tempDir } from '../support/temp-dir.ts';
import {
  carSamples,
  grid,
  posSamples,
  syntheticDriver,
  syntheticLap,
  syntheticRaw,
  t0EpochMs,
} from './synthetic-session.ts';

function slices(raw: RawSession, all = false): LargeTable {
  const source = telemetrySource(raw, raw.drivers, () => {});
  assert.ok(source !== null);
  return telemetryByDriver(source, { all, name: 'telemetry' });
}

/** Two cars: one with sentinels in every channel, one without positions. */
function dirtySession(): LargeTable {
  const times = grid(9_000, 250, 41);
  const at = <T>(index: number, value: T, rest: T): T[] => times.map((_, i) => (i === index ? value : rest));
  return slices(
    syntheticRaw({
      drivers: [syntheticDriver('1', 'VER'), syntheticDriver('44', 'HAM')],
      car: new Map([
        [
          '1',
          carSamples(times, {
            throttlePct: at(8, 104, 60),
            brakePct: at(10, 104, 0),
            gear: at(12, 33, 4),
            drs: at(14, 255, 8),
            speedKmh: grid(100, 3, 41),
          }),
        ],
        ['44', carSamples(times)],
      ]),
      pos: new Map([
        [
          '1',
          posSamples(grid(9_100, 250, 41), {
            x: times.map((_, i) => (i === 9 ? 0 : -1000 - i)),
            y: at(9, 0, 5),
            z: at(9, 0, 1),
          }),
        ],
      ]),
      timing: {
        ...emptyTiming,
        laps: [
          syntheticLap('1', 1, 10_000, 14_000),
          syntheticLap('1', 2, 14_000, 18_000, { compound: '' }),
          syntheticLap('44', 1, 10_000, 18_000, { compound: 'INTERMEDIATE' }),
        ],
      },
    }),
  );
}

function parseCsv(path: string): Record<string, string>[] {
  const [header = '', ...lines] = readFileSync(path, 'utf8').trimEnd().split('\n');
  return lines.map((line) => {
    const cells = line.split(',');
    return Object.fromEntries(header.split(',').map((name, i) => [name, cells[i]!]));
  });
}

async function readParquet(path: string): Promise<Record<string, unknown>[]> {
  return parquetReadObjects({ file: await asyncBufferFromFile(path), compressors });
}

test('the telemetry file carries every channel that FastF1 has, raw under its name, and a cleaned one where cleaning matters', () => {
  const names = dirtySession().columns.map((column) => column.name);
  for (const channel of wireChannels) assert.ok(names.includes(channel.fastf1Name!), channel.name);
  for (const name of [
    'Date',
    'SessionTime',
    'Driver',
    'DriverNumber',
    'LapNumber',
    'Compound',
    'Source',
    'Status',
  ])
    assert.ok(names.includes(name));
  assert.deepEqual(names.filter((name) => name.endsWith('Clean')).toSorted(), [
    'BrakeClean',
    'DRSClean',
    'ThrottleClean',
    'XClean',
    'YClean',
    'ZClean',
    'nGearClean',
  ]);
});

test('B11: exportCsv keeps FastF1 raw values in FastF1 columns; cleaned columns are empty where a sentinel is involved', async (t) => {
  const path = join(tempDir(t), 'a.csv');
  const session = dirtySession();
  const written = await exportCsv(session, path);
  const rows = parseCsv(path);
  assert.deepEqual([written.rows, written.bytes], [rows.length, readFileSync(path).length]);
  const row = (ms: number, driver = 'VER'): Record<string, string> =>
    rows.find(
      (candidate) => candidate['Driver'] === driver && Number(candidate['SessionTime']) === ms / 1000,
    )!;
  assert.equal(row(11_000)['Date'], new Date(t0EpochMs + 11_000).toISOString());
  assert.deepEqual([row(11_000)['Throttle'], row(11_000)['ThrottleClean']], ['104', '']);
  assert.deepEqual([row(11_250)['Throttle'], row(11_250)['ThrottleClean']], ['60', '60']);
  assert.deepEqual([row(11_500)['Brake'], row(11_500)['BrakeClean']], ['True', '']);
  assert.deepEqual([row(12_000)['nGear'], row(12_000)['nGearClean']], ['33', '']);
  assert.deepEqual([row(12_500)['DRS'], row(12_500)['DRSClean']], ['0', '']);
  assert.deepEqual([row(12_250)['DRS'], row(12_250)['DRSClean']], ['8', '8']);
  assert.deepEqual([row(11_350)['X'], row(11_350)['XClean']], ['0', '']);
  assert.deepEqual([row(12_850)['X'], row(12_850)['XClean']], ['-1015', '-1015']);
  assert.deepEqual([row(15_000)['LapNumber'], row(15_000)['Compound']], ['2', '']);
  assert.deepEqual(
    [row(15_000, 'HAM')['X'], row(15_000, 'HAM')['Status'], row(15_000, 'HAM')['Compound']],
    ['', '', 'INTERMEDIATE'],
  );
});

test('E26: exportParquet declares its types: all-null columns, nulls for missing, TIMESTAMP(ms, UTC), one schema for all sessions', async (t) => {
  const dir = tempDir(t);
  const session = dirtySession();
  const noPositions = slices(syntheticRaw({ pos: new Map(), timing: emptyTiming }), true);
  await exportParquet(session, join(dir, 'a.parquet'));
  await exportParquet(noPositions, join(dir, 'b.parquet'));
  const rows = await readParquet(join(dir, 'a.parquet'));
  assert.ok(rows.length > 60);
  const row = rows.find((candidate) => candidate['Driver'] === 'VER' && candidate['SessionTime'] === 11)!;
  assert.deepEqual(row['Date'], new Date(t0EpochMs + 11_000));
  assert.deepEqual(
    [row['Throttle'], row['ThrottleClean'], row['Brake'], row['nGear'], row['Source']],
    [104, null, false, 4, 'car'],
  );
  const others = await readParquet(join(dir, 'b.parquet'));
  assert.ok(
    others.every(
      (other) =>
        other['X'] === null &&
        other['LapNumber'] === null &&
        other['Compound'] === null &&
        other['Status'] === null,
    ),
  );
  const schemas = await Promise.all(
    ['a', 'b'].map(
      async (name) =>
        (await parquetMetadataAsync(await asyncBufferFromFile(join(dir, `${name}.parquet`)))).schema,
    ),
  );
  assert.deepEqual(schemas[0], schemas[1]);
  const date = schemas[0]!.find((element) => element.name === 'Date')!;
  assert.deepEqual(date.logical_type, { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' });
  assert.ok(schemas[0]!.slice(1).every((element) => element.repetition_type === 'OPTIONAL'));
});

test('exportParquet and exportCsv hold the same values', async (t) => {
  const dir = tempDir(t);
  const session = dirtySession();
  await exportParquet(session, join(dir, 'a.parquet'));
  await exportCsv(session, join(dir, 'a.csv'));
  const fromParquet = await readParquet(join(dir, 'a.parquet'));
  for (const [i, row] of parseCsv(join(dir, 'a.csv')).entries()) {
    for (const [name, text] of Object.entries(row)) {
      const value = fromParquet[i]![name];
      if (value === null) assert.equal(text, '', name);
      else if (typeof value === 'number')
        assert.ok(Math.abs(Number(text) - value) <= 5e-4, `${name}: ${text} ${value}`);
      else if (typeof value === 'boolean') assert.equal(text, value ? 'True' : 'False');
      else assert.equal(text, value instanceof Date ? value.toISOString() : value, name);
    }
  }
});

test('a session without telemetry has no telemetry table', () => {
  const empty = syntheticRaw({ t0EpochMs: null, car: new Map(), pos: new Map() });
  assert.equal(
    telemetrySource(empty, empty.drivers, () => {}),
    null,
  );
});

test('exports larger than a buffer or a row group keep every row in order, across drivers', async (t) => {
  const dir = tempDir(t);
  const car = carSamples(grid(0, 240, 60_000), { speedKmh: grid(0, 0, 60_000).map((_, i) => i % 331) });
  const session = slices(
    syntheticRaw({
      drivers: [syntheticDriver('1', 'VER'), syntheticDriver('44', 'HAM')],
      car: new Map([
        ['1', car],
        ['44', car],
      ]),
      pos: new Map(),
    }),
    true,
  );
  const done: number[] = [];
  const csv = await exportCsv(session, join(dir, 'a.csv'), { onRows: (rows) => void done.push(rows) });
  assert.deepEqual([csv.rows, done.at(-1)], [120_000, 120_000]);
  assert.ok(csv.bytes > 8 << 20);
  const lines = readFileSync(join(dir, 'a.csv'), 'utf8').trimEnd().split('\n').slice(1);
  await exportParquet(session, join(dir, 'a.parquet'));
  const file = await asyncBufferFromFile(join(dir, 'a.parquet'));
  assert.deepEqual(
    (await parquetMetadataAsync(file)).row_groups.map((group) => Number(group.num_rows)),
    Array<number>(6).fill(20_000),
  );
  const rows = await parquetReadObjects({ file, compressors, columns: ['SessionTime', 'Driver', 'Speed'] });
  assert.deepEqual([lines.length, rows.length], [120_000, 120_000]);
  for (let i = 0; i < rows.length; i++) {
    const place = i % 60_000;
    const cells = lines[i]!.split(',');
    const expected = [String((place * 240) / 1000), i < 60_000 ? 'VER' : 'HAM', String(place % 331)];
    assert.ok(
      cells[1] === expected[0] && cells[19] === expected[1] && cells[6] === expected[2],
      `CSV row ${i}: ${lines[i]}`,
    );
    const row = rows[i]!;
    assert.ok(
      row['SessionTime'] === (place * 240) / 1000 &&
        row['Driver'] === expected[1] &&
        row['Speed'] === place % 331,
    );
  }
});

test('an aborted export leaves no file', async (t) => {
  const dir = tempDir(t);
  for (const write of [exportCsv, exportParquet]) {
    await assert.rejects(write(dirtySession(), join(dir, 'a'), { signal: AbortSignal.abort() }));
  }
  assert.deepEqual(readdirSync(dir), []);
});

test('A8: an export that cannot be written rejects with F1_SESSION_EXPORT and exit code 2', async (t) => {
  const dir = tempDir(t);
  writeFileSync(join(dir, 'file'), '');
  await assert.rejects(exportCsv(dirtySession(), join(dir, 'file', 'a.csv')), (error) => {
    assert.ok(error instanceof F1Error);
    assert.deepEqual([error.code, error.exitCode], ['F1_SESSION_EXPORT', 2]);
    return true;
  });
});

test('CsvBytes.number writes the shortest text of the value rounded to the places asked for', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.double({ min: -1e9, max: 1e9, noNaN: true }),
        fc.float({ min: -20_000, max: 20_000, noNaN: true }),
        fc.integer(),
      ),
      fc.integer({ min: 0, max: 6 }),
      (value, decimals) => {
        const out = new CsvBytes(64);
        out.number(value, decimals);
        const text = out.buffer.toString('latin1', 0, out.length);
        assert.match(text, /^-?\d+(\.\d*[1-9])?$/);
        assert.ok(!/^-0$/.test(text));
        assert.ok(
          Math.abs(Number(text) - value) <= 0.5000001 * 10 ** -decimals + Math.abs(value) * 1e-15,
          `${value} → ${text}`,
        );
        assert.ok((text.split('.')[1] ?? '').length <= decimals);
      },
    ),
  );
});

test('CsvBytes.timestamp writes what Date.toISOString writes', () => {
  const out = new CsvBytes(64);
  fc.assert(
    fc.property(fc.integer({ min: Date.UTC(1990, 0), max: Date.UTC(2090, 0) }), (epochMs) => {
      out.length = 0;
      out.timestamp(epochMs);
      assert.equal(out.buffer.toString('latin1', 0, out.length), new Date(epochMs).toISOString());
    }),
  );
});

test('csvField quotes what would break a line apart', () => {
  assert.deepEqual(['a', 'a,b', 'a"b', 'a\nb'].map(csvField), ['a', '"a,b"', '"a""b"', '"a\nb"']);
});

test('smallTableCsv writes seconds, dates, truth and floats as pandas does, and quotes text', () => {
  const csv = smallTableCsv({
    name: 'any',
    columns: [
      { name: 'Time', kind: 'sessionMs', unit: 's' },
      { name: 'Date', kind: 'epochMs', unit: 'UTC' },
      { name: 'Lap', kind: 'integer', unit: '' },
      { name: 'Speed', kind: 'number', unit: 'km/h' },
      { name: 'IsAccurate', kind: 'boolean', unit: '' },
      { name: 'Message', kind: 'text', unit: '' },
    ],
    rows: [
      [1500, 1_685_278_800_000, 3, 288, true, 'YELLOW, "SECTOR" 3'],
      [2000, null, null, 0.5, false, null],
    ],
  });
  assert.equal(
    csv,
    'Time,Date,Lap,Speed,IsAccurate,Message\n' +
      '1.5,2023-05-28T13:00:00.000Z,3,288.0,True,"YELLOW, ""SECTOR"" 3"\n' +
      '2.0,,,0.5,False,\n',
  );
});

test('exportBaseName: year, event without "Grand Prix", session; unknown parts left out; nothing unsafe', () => {
  const base = syntheticRaw().identity;
  const name = (year: number | null, event: string, session: string): string =>
    exportBaseName({ ...base, year, event, session });
  assert.equal(name(2023, 'Monaco Grand Prix', 'Race'), '2023_Monaco_Race');
  assert.equal(name(2023, 'Mexico City Grand Prix', 'Practice 1'), '2023_Mexico_City_Practice_1');
  assert.equal(name(2024, 'São Paulo Grand Prix', 'Sprint Qualifying'), '2024_São_Paulo_Sprint_Qualifying');
  assert.equal(name(null, 'Monaco Grand Prix', 'Race'), 'Monaco_Race');
  assert.equal(name(2025, 'Pre-Season Testing', ''), '2025_Pre-Season_Testing');
  assert.equal(name(null, '../../etc/passwd', 'a\\b:c*'), 'etc_passwd_a_b_c');
  assert.equal(name(null, '', ''), 'session');
  const long = name(2024, '\u{20BB7}'.repeat(300), 'x'.repeat(300));
  assert.ok(Buffer.byteLength(long) < 200 && !long.includes('\uFFFD'), long);
});
