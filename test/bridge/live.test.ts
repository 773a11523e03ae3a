import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import {
  getJson,
  publish,
  publishRows,
  replayState,
  row,
  testBridge,
  testConfig,
  timing,
  until,
  untilOk,
} from './support.ts';

interface Frame {
  readonly op: string;
  readonly [key: string]: unknown;
}

function follow(url: string): { socket: WebSocket; frames: Frame[]; of: (op: string) => Frame[] } {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`);
  const frames: Frame[] = [];
  socket.on('message', (data) => frames.push(JSON.parse(String(data)) as Frame));
  return { socket, frames, of: (op) => frames.filter((frame) => frame.op === op) };
}

test('bridge: health, query and WebSocket are live from a broker', async (t) => {
  const { broker, config, url } = await testBridge(t);
  await untilOk(url);
  const nowMs = Date.now();
  await publish(broker, config.kafka.topics.control, [replayState()], { headers: { v: '1' } });
  const live = follow(url);
  t.after(() => live.socket.terminate());
  live.socket.on('open', () =>
    live.socket.send(JSON.stringify({ op: 'subscribe', drivers: [], channels: ['speed'] })),
  );
  await until(() => live.of('snapshot').length > 0, 'a snapshot');
  await publishRows(broker, config, [
    row({ timestampMs: nowMs - 200, speedKmh: 250.5 }),
    row({ timestampMs: nowMs - 100, speedKmh: 251 }),
    row({ timestampMs: nowMs - 100, driver: 'HAM', driverNumber: 44, speedKmh: 249 }),
  ]);
  await publish(broker, config.kafka.topics.timing, [
    timing('track_status', { status: '2', message: 'Yellow' }),
  ]);
  await until(() => live.of('delta').length > 0 && live.of('timing').length > 0, 'delta and timing');
  const answer = await getJson<{ target: string; datapoints: [number, number][] }[]>(
    `${url}/query?target=VER.speed&from=${nowMs - 10_000}&to=${nowMs}`,
  );
  assert.equal(answer.status, 200);
  assert.deepEqual(answer.body[0]?.datapoints, [
    [250.5, nowMs - 200],
    [251, nowMs - 100],
  ]);
});

test('E25: any Origin but the own and listed ones is refused at the upgrade with 403, other addresses with 400', async (t) => {
  const { url } = await testBridge(t);
  await untilOk(url);
  const open = (headers: Record<string, string>, path = '/ws'): Promise<number> =>
    new Promise((resolve) => {
      const socket = new WebSocket(`${url.replace('http', 'ws')}${path}`, { headers });
      socket.on('open', () => {
        socket.terminate();
        resolve(101);
      });
      socket.on('unexpected-response', (_, response) => {
        response.resume();
        socket.terminate();
        resolve(response.statusCode ?? 0);
      });
      socket.on('error', () => {});
    });
  assert.equal(await open({}), 101);
  assert.equal(await open({ origin: url }), 101);
  assert.equal(await open({ origin: 'http://evil.example.com' }), 403);
  assert.equal(await open({ origin: 'null' }), 403);
  assert.equal(await open({}, '/ws/'), 101);
  assert.equal(await open({}, '/query'), 400);
  assert.equal(await open({}, '/nothing'), 400);
  assert.equal(await open({ host: 'evil.example.com', origin: 'http://evil.example.com' }), 403);
});

test('E25: a message over 64 KiB closes the connection, the bridge stays', async (t) => {
  const { url } = await testBridge(t);
  await untilOk(url);
  const { socket } = follow(url);
  const code = await new Promise<number>((resolve) => {
    socket.on('open', () => socket.send(JSON.stringify({ op: 'ping', pad: 'x'.repeat(70_000) })));
    socket.on('close', resolve);
  });
  assert.equal(code, 1009);
  await untilOk(url);
});

test('A5: a command over the WebSocket through a proxy needs the token, from loopback it does not', async (t) => {
  const config = testConfig({ bridge: { control_token: 'correct-horse' } });
  const { url } = await testBridge(t, { config });
  await untilOk(url);
  const ask = async (headers: Record<string, string>, message: object): Promise<Frame[]> => {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`, { headers });
    const frames: Frame[] = [];
    socket.on('message', (data) => frames.push(JSON.parse(String(data)) as Frame));
    socket.on('open', () => {
      socket.send(JSON.stringify({ op: 'command', command: 'pause', ...message }));
      setTimeout(() => socket.send('{"op":"ping"}'), 100);
    });
    await until(() => frames.some(({ op }) => op === 'pong'), 'pong');
    socket.terminate();
    return frames.filter(({ op }) => op === 'error');
  };
  assert.deepEqual(await ask({}, {}), []);
  const [refused] = await ask({ 'x-forwarded-for': '10.0.0.9' }, {});
  assert.equal(refused?.['code'], 'F1_BRIDGE_TOKEN');
  assert.deepEqual(await ask({ 'x-forwarded-for': '10.0.0.9' }, { token: 'correct-horse' }), []);
});
