import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { lapsTable } from '../../src/session/tables/laps-table.ts';
import { smallTableCsv } from '../../src/session/tables/write-small-table.ts';
import { readFolder } from '../../src/source/read-folder.ts';
import { noLog } from '../../src/domain/log.ts';
import { sharedData, skipWithout } from '../support/shared-data.ts';

/** Golden table → folder of the archive it was made from. */
const goldenFolders: Readonly<Record<string, string>> = {
  '2019_Monza_Q': '2019/2019-09-08_Italian_Grand_Prix/2019-09-07_Qualifying',
  '2020_Hungary_FP2': '2020/2020-07-19_Hungarian_Grand_Prix/2020-07-17_Practice_2',
  '2021_Italian_Grand_Prix_FP2': '2021/2021-09-12_Italian_Grand_Prix/2021-09-11_Practice_2',
  '2022_Great_Britain_FP1': '2022/2022-07-03_British_Grand_Prix/2022-07-01_Practice_1',
  '2022_Saudi_Arabia_Q': '2022/2022-03-27_Saudi_Arabian_Grand_Prix/2022-03-26_Qualifying',
  '2023_Azerbaijan_Q': '2023/2023-04-30_Azerbaijan_Grand_Prix/2023-04-28_Qualifying',
  '2023_Azerbaijan_SS': '2023/2023-04-30_Azerbaijan_Grand_Prix/2023-04-29_Sprint_Shootout',
  '2024_Silverstone_FP1': '2024/2024-07-07_British_Grand_Prix/2024-07-05_Practice_1',
  '2024_Spain_Q': '2024/2024-06-23_Spanish_Grand_Prix/2024-06-22_Qualifying',
  '2025_Miami_S': '2025/2025-05-04_Miami_Grand_Prix/2025-05-03_Sprint',
};

/** Fields of CSV lines; quoted fields without line ends. */
function fieldsOf(text: string): string[][] {
  const lines = text
    .replace(/^\uFEFF/, '')
    .trimEnd()
    .split(/\r?\n/);
  return lines.map((line) => {
    const fields = [''];
    let isQuoted = false;
    for (const character of line) {
      if (character === '"') isQuoted = !isQuoted;
      else if (character === ',' && !isQuoted) fields.push('');
      else fields[fields.length - 1] += character;
    }
    return fields;
  });
}

/** '0 days 01:13:08.050000' as seconds; anything else as it is. */
function secondsText(text: string): string {
  const match = /^(-?\d+) days \+?(\d+):(\d+):([\d.]+)$/.exec(text);
  if (match === null) return text;
  const [, days, hours, minutes, seconds] = match.map(Number) as [number, number, number, number, number];
  return String(Math.round((days * 86_400 + hours * 3600 + minutes * 60 + seconds) * 1000) / 1000);
}

function isSame(ours: string, theirs: string): boolean {
  if (ours === theirs) return true;
  return ours !== '' && theirs !== '' && Math.abs(Number(ours) - Number(theirs)) < 5e-4;
}

async function compare(folder: string, golden: string): Promise<number> {
  const { session } = await readFolder(folder, {
    log: noLog,
    signal: new AbortController().signal,
    identityHint: null,
  });
  const ours = fieldsOf(smallTableCsv(lapsTable(session)));
  const theirs = fieldsOf(readFileSync(golden, 'utf8'));
  // pandas writes its index as a first column without a name.
  const skip = theirs[0]?.[0] === '' ? 1 : 0;
  const columns = theirs[0]!.slice(skip);
  assert.deepEqual(ours[0], columns);
  assert.equal(ours.length, theirs.length, 'rows');
  const differing: string[] = [];
  for (let row = 1; row < theirs.length; row++) {
    for (const [at, column] of columns.entries()) {
      const cell = ours[row]![at]!;
      const expected = secondsText(theirs[row]![at + skip]!);
      if (!isSame(cell, expected))
        differing.push(`${ours[row]![1]} lap ${ours[row]![4]} ${column}: ${cell} instead of ${expected}`);
    }
  }
  assert.deepEqual(differing.slice(0, 20), [], `${differing.length} cells differ`);
  return theirs.length - 1;
}

test(
  'lap table: every cell of 31 columns is the cell FastF1 makes of the 2023 Monaco race',
  { skip: skipWithout(sharedData('sessions/2023_monaco_race')) },
  async () => {
    const folder = sharedData('sessions/2023_monaco_race/raw')!;
    assert.equal(await compare(folder, sharedData('sessions/2023_monaco_race/fastf1/laps.csv')!), 1516);
  },
);

for (const [name, folder] of Object.entries(goldenFolders)) {
  const golden = sharedData('golden', `laps_${name}.csv`);
  const archive = sharedData('archive', folder);
  test(
    `lap table: every cell of 31 columns is the cell FastF1 makes of ${name}`,
    { skip: skipWithout(golden ?? null) || skipWithout(archive) },
    async () => {
      assert.ok((await compare(archive!, golden!)) > 50);
    },
  );
}
