import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { parseServerMessage } from '../../../web/state/messages.ts';

test('A6: parseServerMessage never throws, whatever comes', () => {
  const ops = fc.constantFrom(
    'hello',
    'snapshot',
    'delta',
    'timing',
    'alerts',
    'replay',
    'health',
    'pong',
    'error',
    'new',
  );
  fc.assert(fc.property(fc.string(), (text) => void parseServerMessage(text)));
  fc.assert(
    fc.property(ops, fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue(), (op, rest, value) => {
      parseServerMessage(
        JSON.stringify({
          run: 'r',
          segment: 0,
          telemetry: value,
          timing: value,
          alerts: value,
          state: value,
          events: value,
          reasons: value,
          ...rest,
          op,
        }),
      );
    }),
  );
});

test('A6: list or index map are the same', () => {
  const alert = { alert_id: 'a', alert_type: 'high_speed', state: 'open', started_at: 1 };
  for (const alerts of [[alert], { 0: alert }, [null, 3, alert, {}]]) {
    const message = parseServerMessage(JSON.stringify({ op: 'alerts', run: 'r', segment: 1, alerts }));
    assert.ok(message?.op === 'alerts');
    assert.deepEqual(
      message.alerts.map((item) => item.alert_id),
      ['a'],
    );
  }
});

test('parseServerMessage: a snapshot before the first run has no identity; a delta without one is odd', () => {
  const snapshot = parseServerMessage(
    '{"op":"snapshot","run":null,"segment":0,"replay":null,"timing":{},"alerts":[],"telemetry":{}}',
  );
  assert.ok(snapshot?.op === 'snapshot');
  assert.equal(snapshot.identity, null);
  assert.equal(parseServerMessage('{"op":"delta","telemetry":{}}'), null);
});

test('parseServerMessage reads the broker as text or as kind and label', () => {
  const one = parseServerMessage('{"op":"hello","broker":"embedded","heartbeat_s":10}');
  const two = parseServerMessage('{"op":"hello","broker":{"kind":"kafka","label":"localhost:9092"}}');
  assert.ok(one?.op === 'hello' && two?.op === 'hello');
  assert.deepEqual(one.broker, { kind: 'embedded', address: '' });
  assert.deepEqual(two.broker, { kind: 'kafka', address: 'localhost:9092' });
  assert.equal(one.heartbeatS, 10);
});

test('parseServerMessage refuses a replay state of an unknown status', () => {
  assert.equal(parseServerMessage('{"op":"replay","state":{"status":"dancing","run":"r"}}'), null);
  const message = parseServerMessage(
    '{"op":"replay","state":{"status":"playing","run":"r","speed":"fast","drivers":null}}',
  );
  assert.ok(message?.op === 'replay');
  assert.equal(message.state.speed, 1);
  assert.deepEqual(message.state.drivers, []);
});
