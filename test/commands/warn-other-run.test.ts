import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeOtherRun } from '../../src/commands/warn-other-run.ts';
import type { ReplayState } from '../../src/domain/messages.ts';

const nowMs = Date.parse('2026-01-01T12:00:00.000Z');

function state(status: ReplayState['status'], ageMs: number): ReplayState {
  const timestamp = new Date(nowMs - ageMs).toISOString();
  return { timestamp, status, run: 'run-1', title: '2030 Test Race' } as ReplayState;
}

test('describeOtherRun() names a replay that is at work on the same topics', () => {
  assert.match(describeOtherRun(state('playing', 400), nowMs) ?? '', /2030 Test Race, playing, run run-1/u);
  assert.match(describeOtherRun(state('paused', 400), nowMs) ?? '', /paused/u);
});

test('describeOtherRun() says nothing of a replay that has stopped or is gone', () => {
  assert.equal(describeOtherRun(null, nowMs), null);
  assert.equal(describeOtherRun(state('stopped', 400), nowMs), null);
  assert.equal(describeOtherRun(state('playing', 60_000), nowMs), null);
});
