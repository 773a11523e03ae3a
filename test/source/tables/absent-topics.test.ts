import assert from 'node:assert/strict';
import { test } from 'node:test';
import { absentTopics } from '../../../src/source/tables/absent-topics.ts';

const nothing = { car: false, pos: false, laps: false, stints: false, weather: false };
const all = { car: true, pos: true, laps: true, stints: true, weather: true };

test('absentTopics(): what no table stands for, by the archive’s names', () => {
  const names = (hold: typeof all, isRace: boolean): string[] =>
    absentTopics(hold, isRace).map(({ topic }) => topic);
  assert.deepEqual(names(all, true), [
    'SessionStatus',
    'TrackStatus',
    'LapCount',
    'RaceControlMessages',
    'gaps',
  ]);
  assert.ok(!names(all, false).includes('LapCount'));
  const missing = names(nothing, true);
  for (const topic of ['CarData.z', 'Position.z', 'TimingData', 'TimingAppData', 'WeatherData'])
    assert.ok(missing.includes(topic), topic);
  assert.ok(!missing.includes('gaps'), 'said by TimingData');
  for (const { topic, reason } of absentTopics(nothing, true))
    assert.match(reason, new RegExp(`^No table has ${topic}: .`));
});
