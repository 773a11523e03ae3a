import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { createBridgeState } from '../../../src/bridge/ingest/bridge-state.ts';
import type { BridgeState } from '../../../src/bridge/ingest/bridge-state.ts';
import { maxDeltaPoints, snapshotPoints } from '../../../src/bridge/live/live-frames.ts';
import { createLiveHub } from '../../../src/bridge/live/live-hub.ts';
import type { LiveHub, LiveSocket } from '../../../src/bridge/live/live-hub.ts';
import type { BrokerRecord } from '../../../src/domain/broker.ts';
import { noLog } from '../../../src/domain/log.ts';
import { headers, row, runA, runB, telemetryValue, timing } from '../support.ts';

type Frame = Record<string, unknown> & { op: string };
interface Telemetry {
  [driver: string]: { t: number[]; s: number[]; speed?: (number | null)[]; rpm?: number[] };
}

/** A socket whose other end takes frames only when told to. */
class FakeSocket implements LiveSocket {
  readyState = 1;
  readonly raw: (Buffer | string)[] = [];
  closed: number | null = null;
  isTerminated = false;
  isTaking = true;
  readonly #waiting: ((error?: Error | null) => void)[] = [];
  readonly #listeners = new Map<string, (...values: never[]) => void>();

  send(data: Buffer | string, _: { binary: boolean }, done: (error?: Error | null) => void): void {
    this.raw.push(data);
    if (this.isTaking) setImmediate(done);
    else this.#waiting.push(done);
  }
  on(event: string, listener: (...values: never[]) => void): unknown {
    this.#listeners.set(event, listener);
    return this;
  }
  close(code: number): void {
    this.closed = code;
    this.readyState = 3;
    this.#listeners.get('close')?.();
  }
  terminate(): void {
    this.isTerminated = true;
  }
  take(): void {
    this.isTaking = true;
    for (const done of this.#waiting.splice(0)) done(null);
  }
  say(message: unknown): void {
    const text = typeof message === 'string' ? message : JSON.stringify(message);
    this.#listeners.get('message')?.(Buffer.from(text) as never);
  }
  of(op: string): Frame[] {
    return this.raw.map((data) => JSON.parse(data.toString()) as Frame).filter((frame) => frame.op === op);
  }
  get last(): Frame {
    return JSON.parse(this.raw.at(-1)!.toString()) as Frame;
  }
}

interface Rig {
  readonly state: BridgeState;
  readonly hub: LiveHub;
  nowMs: number;
  readonly commands: object[];
  join(message?: object): FakeSocket;
  rows(count: number, options?: { run?: string; segment?: number; driver?: string }): void;
}

function rig(t: TestContext, maxClients = 10): Rig {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const state = createBridgeState(10_000);
  const commands: object[] = [];
  let offset = 0;
  let dueMs = 1_700_000_000_000;
  const made: Rig = {
    state,
    nowMs: 1_700_000_000_000,
    commands,
    hub: createLiveHub({
      state,
      log: noLog,
      clock: () => made.nowMs,
      health: () => ({ status: 'ok', reasons: [] }),
      version: '1',
      broker: { kind: 'embedded', label: 'embedded' },
      maxClients,
      command: (message) => Promise.resolve(void commands.push(message)),
    }),
    join(message = {}) {
      const socket = new FakeSocket();
      made.hub.accept(socket);
      socket.say({ op: 'subscribe', ...message });
      return socket;
    },
    rows(count, options = {}) {
      const driver = options.driver ?? 'VER';
      const records = Array.from({ length: count }, (): BrokerRecord => {
        const value = telemetryValue(row({ timestampMs: (dueMs += 10), driver }));
        return { offset: offset++, timestampMs: dueMs, key: null, value, headers: headers(options) };
      });
      state.ingest('telemetry', { topic: 'f1-telemetry', partition: 0, records, endOffset: offset }, dueMs);
      made.hub.flush(null);
    },
  };
  t.after(() => made.hub.close());
  return made;
}

const turn = async (): Promise<void> => {
  for (let i = 0; i < 3; i++) await new Promise((resolve) => setTimeout(resolve, 4));
};

const telemetryOf = (frame: Frame | undefined): Telemetry => frame?.['telemetry'] as Telemetry;

test('E25: a subscribe that comes with the connection is answered: hello, health, snapshot, then deltas', async (t) => {
  const { rows, join, state } = rig(t);
  rows(3);
  const socket = join({ channels: ['speed'] });
  assert.deepEqual(
    socket.raw.map((data) => (JSON.parse(data.toString()) as Frame).op),
    ['hello', 'health', 'snapshot'],
  );
  const [snapshot] = socket.of('snapshot');
  assert.deepEqual([snapshot?.['run'], snapshot?.['segment']], [runA, 0]);
  assert.deepEqual(Object.keys(telemetryOf(snapshot)['VER']!), ['t', 's', 'speed']);
  assert.deepEqual(snapshot?.['timing'], JSON.parse(JSON.stringify(state.race)));
  await turn();
  rows(2);
  await turn();
  assert.deepEqual(telemetryOf(socket.of('delta')[0])['VER']?.speed, [250, 250]);
});

test('createLiveHub: a delta is made once for all clients with the same wish', async (t) => {
  const { rows, join } = rig(t);
  const sockets = [join({ channels: ['speed'] }), join({ channels: ['speed'] }), join({ channels: ['rpm'] })];
  await turn();
  rows(1);
  await turn();
  rows(1);
  await turn();
  const [a, b, c] = sockets.map(({ raw }) => raw.at(-1));
  assert.equal(a, b);
  assert.notEqual(a, c);
  assert.equal(
    sockets[0]?.of('delta').reduce((sum, delta) => sum + telemetryOf(delta)['VER']!.t.length, 0) ?? 0,
    1,
  );
});

test('createLiveHub: drivers, channels and rate of a subscription are honoured', async (t) => {
  const { rows, join } = rig(t);
  rows(1);
  rows(1, { driver: 'HAM' });
  const one = join({ drivers: ['ham'], channels: ['n_gear', 'rpm'] });
  assert.deepEqual(Object.keys(telemetryOf(one.of('snapshot')[0])), ['HAM']);
  assert.deepEqual(Object.keys(telemetryOf(one.of('snapshot')[0])['HAM']!), ['t', 's', 'rpm', 'gear']);
  const slow = join({ hz: 2 });
  await turn();
  rows(5);
  await turn();
  assert.equal(slow.of('delta').length, 0);
  t.mock.timers.tick(500);
  assert.equal(telemetryOf(slow.of('delta')[0])['VER']?.t.length, 5);
});

test('createLiveHub: newest wins for a client that takes nothing; what it lost is counted and told', async (t) => {
  const { rows, join, hub } = rig(t);
  rows(1);
  const socket = join({ channels: ['speed'] });
  const swift = join({ channels: ['speed'] });
  await turn();
  socket.isTaking = false;
  rows(1);
  await turn();
  const before = socket.raw.length;
  for (let i = 0; i < 6; i++) {
    rows(500);
    await turn();
  }
  assert.equal(socket.raw.length, before, 'one frame waits, nothing is queued behind it');
  socket.take();
  await turn();
  const delta = socket.of('delta').at(-1);
  const telemetry = telemetryOf(delta);
  assert.equal(telemetry['VER']?.t.length, maxDeltaPoints);
  assert.equal(delta?.['dropped'], 3000 - maxDeltaPoints);
  assert.equal(telemetry['VER']?.t.at(-1), telemetryOf(swift.of('delta').at(-1))['VER']?.t.at(-1));
  assert.equal(hub.droppedPoints, 3000 - maxDeltaPoints);
  rows(1);
  await turn();
  assert.equal(socket.last['dropped'], undefined);
});

test('createLiveHub: a client that subscribes again and again without reading gets one snapshot, for its last wish', async (t) => {
  const one = rig(t);
  const { join, rows } = one;
  rows(5);
  const socket = join();
  await turn();
  socket.isTaking = false;
  socket.say({ op: 'subscribe', channels: ['rpm'] });
  for (let second = 0; second < 20; second++) {
    for (let i = 0; i < 50; i++) socket.say(i % 2 === 0 ? { op: 'subscribe', hz: 1 } : { op: 'ping' });
    t.mock.timers.tick(1000);
  }
  socket.say({ op: 'subscribe', channels: ['speed'], hz: 0.1 });
  assert.equal(socket.of('snapshot').length, 2);
  assert.ok(socket.raw.length < 110, `${socket.raw.length} frames wait`);
  socket.take();
  await turn();
  const snapshots = socket.of('snapshot');
  assert.equal(snapshots.length, 3);
  assert.deepEqual(Object.keys(telemetryOf(snapshots.at(-1))['VER']!), ['t', 's', 'speed']);
});

test('createLiveHub: a client that takes nothing for 30 s is closed with 1013', async (t) => {
  const one = rig(t);
  const { join, rows, hub } = one;
  rows(1);
  const socket = join();
  await turn();
  socket.isTaking = false;
  rows(1);
  await turn();
  one.nowMs += 29_000;
  t.mock.timers.tick(1000);
  assert.equal(socket.closed, null);
  one.nowMs += 2000;
  t.mock.timers.tick(1000);
  assert.equal(socket.closed, 1013);
  assert.ok(socket.isTerminated);
  assert.equal(hub.clients, 0);
  assert.equal(hub.stalledClients, 1);
});

test('A4: a new run, a new segment and a loss of what was held bring a snapshot', async (t) => {
  const { rows, join, state, hub } = rig(t);
  rows(3);
  const socket = join();
  await turn();
  rows(1, { segment: 1 });
  await turn();
  assert.deepEqual([socket.last.op, socket.last['segment']], ['snapshot', 1]);
  rows(1, { run: runB });
  await turn();
  assert.deepEqual(
    [socket.last.op, socket.last['run'], telemetryOf(socket.last)['VER']?.t.length],
    ['snapshot', runB, 1],
  );
  state.forget('telemetry', 0);
  hub.flush(null);
  await turn();
  assert.deepEqual([socket.last.op, telemetryOf(socket.last)], ['snapshot', {}]);
});

test('createLiveHub: a snapshot holds the newest points of the window', (t) => {
  const { rows, join } = rig(t);
  rows(5000);
  const { t: times } = telemetryOf(join().of('snapshot')[0])['VER']!;
  assert.equal(times.length, snapshotPoints);
  assert.equal(times.at(-1), 1_700_000_000_000 + 5000 * 10);
});

test('A2: replay and health are sent also while nothing moves; ping is answered', async (t) => {
  const one = rig(t);
  const socket = one.join();
  await turn();
  const before = socket.of('health').length;
  for (let second = 0; second < 20; second++) {
    one.nowMs += 1000;
    t.mock.timers.tick(1000);
    await turn();
  }
  assert.ok(socket.of('health').length >= before + 2);
  socket.say({ op: 'ping' });
  assert.equal(socket.last.op, 'pong');
});

test('createLiveHub: messages that cannot be read are answered, the connection stays', async (t) => {
  const one = rig(t);
  const socket = one.join();
  for (const message of [
    '{',
    '[]',
    'null',
    '5',
    {},
    { op: 'dance' },
    { op: 'subscribe', hz: -1 },
    { op: 'subscribe', hz: 'x' },
    { op: 'subscribe', drivers: 'VER' },
    { op: 'subscribe', channels: ['nonsense'] },
    { op: 'subscribe', drivers: [1] },
  ]) {
    const before = socket.of('error').length;
    socket.say(message);
    assert.equal(socket.of('error').length, before + 1, JSON.stringify(message));
    assert.match(String(socket.last['code']), /^F1_BRIDGE_/u);
  }
  assert.equal(socket.closed, null);
  for (let i = 0; i < 200; i++) socket.say('{"op":"ping"}');
  assert.ok(socket.of('pong').length <= 50);
  assert.equal(socket.last['code'], 'F1_BRIDGE_BUSY');
  t.mock.timers.tick(1000);
  socket.say({ op: 'command', command: 'pause' });
  assert.deepEqual(one.commands, [{ op: 'command', command: 'pause' }]);
});

test('createLiveHub: viewers are counted and told to all, too many are refused', async (t) => {
  const one = rig(t, 2);
  const first = one.join();
  const second = one.join();
  const third = one.join();
  assert.equal(third.closed, 1013);
  assert.equal(one.hub.clients, 2);
  await turn();
  t.mock.timers.tick(1000);
  assert.equal(first.of('health').at(-1)?.['viewers'], 2);
  await turn();
  second.close(1000);
  t.mock.timers.tick(1000);
  assert.equal(first.of('health').at(-1)?.['viewers'], 1);
});

test('createLiveHub: timing events follow in order; a client that fell far behind gets a snapshot', async (t) => {
  const { join, state, hub } = rig(t);
  const push = (from: number, count: number): void => {
    const records = Array.from({ length: count }, (_, i): BrokerRecord => {
      const value = Buffer.from(
        JSON.stringify(timing('track_status', { status: '1', message: String(from + i) })),
      );
      return { offset: from + i, timestampMs: 1, key: null, value, headers: headers({}) };
    });
    state.ingest('timing', { topic: 'f1-timing', partition: 0, records, endOffset: from + count }, 1);
    hub.flush(null);
  };
  push(0, 1);
  const socket = join();
  await turn();
  push(1, 1200);
  for (let i = 0; i < 5; i++) await turn();
  const messages = socket
    .of('timing')
    .flatMap((frame) => (frame['events'] as { message: string }[]).map(({ message }) => message));
  assert.deepEqual(
    messages,
    Array.from({ length: 1200 }, (_, i) => String(i + 1)),
  );
  socket.isTaking = false;
  push(1201, 1);
  await turn();
  push(1202, 6000);
  await turn();
  const before = socket.of('snapshot').length;
  socket.take();
  await turn();
  assert.equal(socket.of('snapshot').length, before + 1);
});
