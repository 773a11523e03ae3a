import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeDrawing } from '../../../grafana/preview/command/judge-drawing.ts';

type Drawn = Parameters<typeof judgeDrawing>[0][number];

const panel: Drawn = {
  key: 'panel-1',
  title: 'Speed · VER',
  type: 'timeseries',
  error: null,
  rows: 10,
  hasValue: true,
  texts: [],
  noValue: null,
  isLookAlike: false,
};
const running = { lacking: [], stopped: new Set<string>() };
const noCars = { lacking: [{ topic: 'CarData.z', reason: 'no car data' }], stopped: new Set<string>() };
const faults = (change: Partial<Drawn>, facts: Parameters<typeof judgeDrawing>[3] = running): string =>
  judgeDrawing([{ ...panel, ...change }], 0, [], facts).join('; ');

test('judgeDrawing(): errors, empty panels, look-alikes without a caption and the console are faults', () => {
  assert.equal(faults({}), '');
  assert.match(
    faults({ error: 'Datasource nope was not found' }),
    /Speed · VER \(timeseries\): Datasource nope/,
  );
  assert.match(faults({ rows: 0, hasValue: false }), /is empty and does not say why/);
  assert.match(faults({ hasValue: false }), /is empty/);
  assert.match(faults({ isLookAlike: true }), /1 panels are drawn by the preview itself, 0 of them say so/);
  assert.deepEqual(judgeDrawing([panel], 0, ['boom'], running), ['console: boom']);
});

test('judgeDrawing(): an empty panel is right where it shows why', () => {
  const empty = { rows: 0, hasValue: false };
  assert.equal(faults({ rows: 1, texts: ['no car data'] }, noCars), '');
  assert.equal(faults({ ...empty, noValue: 'needs cars' }, noCars), '');
  assert.match(faults({ ...empty, noValue: 'needs cars' }), /is empty/);
  const weather = { ...noCars, lacking: [{ topic: 'WeatherData', reason: 'no weather' }] };
  assert.match(faults({ ...empty, noValue: 'needs cars' }, weather), /is empty/);
  const stopped = { ...running, stopped: new Set(['VER']) };
  assert.equal(faults({ ...empty, noValue: 'it stands' }, stopped), '');
  assert.match(faults({ ...empty, noValue: 'it stands', title: 'Speed · HAM' }, stopped), /is empty/);
  assert.match(faults(empty, stopped), /is empty/);
});
