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
