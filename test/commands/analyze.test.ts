import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runSlipstream } from '../support/run-slipstream.ts';
import { sharedData, skipWithout } from '../support/shared-data.ts';
import { tempDir } from '../support/temp-dir.ts';

const monaco = sharedData('sessions', '2023_monaco_race', 'raw');
const spain = sharedData('archive', '2024', '2024-06-23_Spanish_Grand_Prix', '2024-06-22_Qualifying');

test(
  'slipstream analyze prints, gives JSON and writes the same tables',
  { skip: skipWithout(monaco) },
  async (t) => {
    const cwd = tempDir(t);
    const printed = await runSlipstream(cwd, 'analyze', monaco!, '--drivers', 'VER,ALO');
    assert.equal(printed.code, 0, printed.stderr);
    assert.match(printed.stdout, /^2023 Monaco Grand Prix Race\n/);
    for (const title of [
      'Pace',
      'Stints',
      'Pit lane',
      'Sectors and ideal lap',
      'Mini-sectors',
      'Corners',
      'Flags',
      'Changes of order',
    ])
      assert.match(printed.stdout, new RegExp(`^${title}`, 'm'));
    assert.match(printed.stdout, /Pit loss under green on a dry track, median of all drivers: \d\d\.\d\d s/);
    const json = await runSlipstream(cwd, 'analyze', monaco!, '--drivers', 'VER,ALO', '--json');
    const { session, tables } = JSON.parse(json.stdout);
    assert.equal(session.event, 'Monaco Grand Prix');
    assert.deepEqual(
      tables.pace.rows.map((row: { Driver: string }) => row.Driver),
      ['VER', 'ALO'],
    );
    assert.equal(tables.sector_bests.rows[0].best, 76.604);
    const written = await runSlipstream(cwd, 'analyze', monaco!, '--out', 'tables');
    assert.equal(written.code, 0, written.stderr);
    for (const name of [
      'pace',
      'stint_degradation',
      'pit_stops',
      'sector_bests',
      'corners',
      'track_phases',
      'order_changes',
    ])
      assert.ok(existsSync(join(cwd, 'tables', `${name}.csv`)), name);
    assert.equal(
      readFileSync(join(cwd, 'tables', 'pace.csv'), 'utf8')
        .trim()
        .split('\n').length,
      21,
    );
  },
);

test(
  'slipstream analyze of a qualifying without telemetry gives what laps say and tells the rest',
  { skip: skipWithout(spain) },
  async (t) => {
    const ran = await runSlipstream(tempDir(t), 'analyze', spain!);
    assert.equal(ran.code, 0, ran.stderr);
    assert.match(ran.stdout, /Only a race has stops that cost time/);
    assert.match(ran.stdout, /The session has no telemetry/);
    assert.match(ran.stdout, /NOR +21\.383 +11 +28\.402/);
    assert.doesNotMatch(ran.stdout, /Changes of order/);
  },
);

test(
  'slipstream compare tells where a lap gains, ends at the difference of the times, and refuses what is not there',
  { skip: skipWithout(monaco) },
  async (t) => {
    const cwd = tempDir(t);
    const laps = ['--driver', 'VER', '--with', 'ALO'];
    const ran = await runSlipstream(cwd, 'compare', monaco!, ...laps, '--json', '--out', 'delta.csv');
    assert.equal(ran.code, 0, ran.stderr);
    const found = JSON.parse(ran.stdout);
    assert.deepEqual(found.laps, [
      { driver: 'VER', lap: 23, lap_time_s: 76.604 },
      { driver: 'ALO', lap: 43, lap_time_s: 76.674 },
    ]);
    assert.equal(found.delta_s, -0.07);
    assert.equal(found.mini_sectors.length, 24);
    assert.equal(found.mini_sectors.at(-1).delta_s, -0.07);
    const rows = readFileSync(join(cwd, 'delta.csv'), 'utf8').trim().split('\n');
    assert.equal(rows[0], 'Distance,Delta,Speed VER lap 23,Speed ALO lap 43');
    assert.equal(rows.at(-1)!.split(',')[1], '-0.07');
    for (const [args, message] of [
      [['--driver', 'XXX', '--with', 'ALO'], /has no laps in this session/],
      [['--driver', 'VER', '--with', 'ALO', '--lap', '99'], /Laps: 1 to 78, or fastest/],
      [['--driver', 'VER', '--with', 'ALO', '--lap', '1'], /has no lap time/],
    ] as const) {
      const refused = await runSlipstream(cwd, 'compare', monaco!, ...args);
      assert.equal(refused.code, 2);
      assert.match(refused.stderr, message);
    }
  },
);
