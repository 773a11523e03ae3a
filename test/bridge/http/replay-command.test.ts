import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { HttpError } from '../../../src/bridge/http/http-error.ts';
import { replayCommands } from '../../../src/domain/messages.ts';
import { parseReplayCommand } from '../../../src/domain/replay-command.ts';
import { checkCommand } from '../../../src/bridge/http/replay-command.ts';

test('checkCommand: every command of PROTOCOL §6 in every form', () => {
  const accepted: [string, unknown, unknown][] = [
    ['pause', undefined, null],
    ['resume', 5, null],
    ['restart', null, null],
    ['stop', undefined, null],
    ['step', undefined, 1],
    ['step', 10, 10],
    ['step', '3', 3],
    ['seek', 3600, 3600],
    ['seek', 0, 0],
    ['seek', '12.5', 12.5],
    ['seek', 'lights out', 'lights out'],
    ['seek', { lap: 31 }, { lap: 31 }],
    ['seek', { utc: '2023-05-28T13:03:00Z' }, { utc: '2023-05-28T13:03:00Z' }],
    ['speed', 0.1, 0.1],
    ['speed', 1000, 1000],
    ['speed', 'max', 'max'],
    ['load', '2023/Monaco/R', '2023/Monaco/R'],
    ['drivers', [], []],
    ['drivers', ['ver', 'HAM', 'VER'], ['VER', 'HAM']],
    ['drivers', 'VER,HAM', ['VER', 'HAM']],
    ['loop', true, true],
  ];
  for (const [command, value, expected] of accepted) {
    assert.deepEqual(checkCommand({ command, value }), { command, value: expected }, command);
  }
});

test('checkCommand: what cannot be run is refused with what is required', () => {
  const refused: [unknown, unknown][] = [
    ['speed', 0],
    ['speed', -1],
    ['speed', 1001],
    ['speed', 'fast'],
    ['speed', null],
    ['speed', Number.NaN],
    ['speed', Number.POSITIVE_INFINITY],
    ['speed', []],
    ['speed', '1e3'],
    ['seek', -1],
    ['seek', undefined],
    ['seek', {}],
    ['seek', { lap: 0 }],
    ['seek', { lap: 1.5 }],
    ['seek', { utc: 'yesterday' }],
    ['seek', 1e12],
    ['step', 0],
    ['step', 1.5],
    ['step', 1e9],
    ['load', ''],
    ['load', 5],
    ['load', 'a\nb'],
    ['load', 'x'.repeat(2000)],
    ['drivers', [5]],
    ['drivers', ['<script>']],
    ['loop', 'yes'],
    ['explode', 1],
    ['__proto__', 1],
    ['constructor', 1],
    [undefined, 1],
    [{}, 1],
  ];
  for (const [command, value] of refused) {
    assert.throws(
      () => checkCommand({ command, value }),
      { code: 'F1_BRIDGE_COMMAND', status: 400 },
      String(command),
    );
  }
});

test('checkCommand: any JSON is accepted or refused, never anything else', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (command, value) => {
      for (const body of [
        command,
        { command, value },
        { command: 'seek', value },
        { command: 'drivers', value },
      ]) {
        try {
          checkCommand(body);
        } catch (error) {
          assert.ok(error instanceof HttpError);
        }
      }
    }),
  );
});

test('checkCommand: what it accepts, the replay understands', () => {
  const values = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom('max', 'lights out', '2', true, 'VER,ham', ['ver', ' HAM ']),
    fc.double({ noNaN: true, min: -10, max: 2_000_000 }),
    fc.integer({ min: -2, max: 100_002 }),
    fc.record({ lap: fc.integer({ min: -1, max: 1001 }) }),
    fc.record({
      utc: fc.date({ noInvalidDate: true, max: new Date('9999-12-31') }).map((date) => date.toISOString()),
    }),
  );
  fc.assert(
    fc.property(fc.constantFrom(...replayCommands), values, (command, value) => {
      let checked;
      try {
        checked = checkCommand({ command, value });
      } catch (error) {
        assert.ok(error instanceof HttpError);
        return;
      }
      assert.equal(typeof parseReplayCommand(checked.command, checked.value), 'object');
    }),
    { numRuns: 500 },
  );
});
