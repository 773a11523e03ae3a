import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { replayCommands } from '../../src/domain/messages.ts';
import { parseReplayCommand } from '../../src/domain/replay-command.ts';

test('parseReplayCommand: every command of PROTOCOL §6 with its values', () => {
  const good: [string, unknown, object][] = [
    ['pause', undefined, { name: 'pause' }],
    ['resume', null, { name: 'resume' }],
    ['restart', undefined, { name: 'restart' }],
    ['stop', undefined, { name: 'stop' }],
    ['step', undefined, { name: 'step', rows: 1 }],
    ['step', 20, { name: 'step', rows: 20 }],
    ['seek', 3600.5, { name: 'seek', target: 3600.5 }],
    ['seek', { utc: '2023-05-28T13:00:00Z' }, { name: 'seek', target: { utc: '2023-05-28T13:00:00Z' } }],
    ['seek', { lap: 5 }, { name: 'seek', target: { lap: 5 } }],
    ['seek', 'lights out', { name: 'seek', target: 'lights out' }],
    ['speed', 0.1, { name: 'speed', speed: 0.1 }],
    ['speed', 1000, { name: 'speed', speed: 1000 }],
    ['speed', 'max', { name: 'speed', speed: 0 }],
    ['load', ' 2023/Monaco/R ', { name: 'load', session: '2023/Monaco/R' }],
    ['drivers', ['ver', 'VER', 'HAM'], { name: 'drivers', drivers: ['VER', 'HAM'] }],
    ['drivers', [], { name: 'drivers', drivers: [] }],
    ['loop', false, { name: 'loop', loop: false }],
  ];
  for (const [name, value, command] of good) assert.deepEqual(parseReplayCommand(name, value), command);
  assert.deepEqual(new Set(good.map(([name]) => name)), new Set<string>(replayCommands));
});

test('parseReplayCommand: anything else is a sentence, never an exception', () => {
  const names = fc.oneof(fc.constantFrom(...replayCommands), fc.string());
  fc.assert(
    fc.property(names, fc.jsonValue(), (name, value) => {
      const command = parseReplayCommand(name, value);
      if (typeof command === 'string') assert.match(command, /must be .*: current value is /su);
      else assert.equal(command.name, name);
    }),
  );
});
