import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { WebSocketServer } from 'ws';
import type { WebSocket as ServerSocket } from 'ws';
import { addressesFor } from '../../../web/state/addresses.ts';
import { diagnoseSocket } from '../../../web/state/diagnose.ts';
import { openLiveSocket } from '../../../web/state/socket.ts';
import type { Connection, LiveSocket } from '../../../web/state/socket.ts';
import { startFakeBridge } from '../fake-bridge.ts';

interface Seen {
  readonly socket: LiveSocket;
  readonly connections: Connection[];
  readonly texts: string[];
  readonly until: (matches: (connection: Connection) => boolean, withinMs?: number) => Promise<Connection>;
}

function open(t: TestContext, url: string, pageUrl: string, pingMs = 10_000): Seen {
  const connections: Connection[] = [];
  const texts: string[] = [];
  const waiting = new Set<() => void>();
  const socket = openLiveSocket({
    url,
    greeting: () => ({ drivers: [], hz: 20 }),
    onMessage: (text) => texts.push(text),
    onConnection: (connection) => {
      connections.push(connection);
      for (const check of waiting) check();
    },
    diagnose: () => diagnoseSocket(addressesFor(pageUrl)),
    pingMs,
    random: () => 0,
  });
  t.after(() => socket.close());
  return {
    socket,
    connections,
    texts,
    until(matches, withinMs = 5_000) {
      return new Promise((resolve, reject) => {
        const timer = setTimeout(
          () => reject(new Error(`Not within ${withinMs} ms: ${JSON.stringify(connections)}`)),
          withinMs,
        );
        const check = (): void => {
          const found = connections.find(matches);
          if (found === undefined) return;
          clearTimeout(timer);
          waiting.delete(check);
          resolve(found);
        };
        waiting.add(check);
        check();
      });
    },
  };
}

async function startSockets(t: TestContext, onSocket: (socket: ServerSocket) => void): Promise<string> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  server.on('connection', onSocket);
  await new Promise((done) => server.once('listening', done));
  t.after(() => {
    for (const client of server.clients) client.terminate();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('openLiveSocket subscribes first, then pings', async (t) => {
  const received: string[] = [];
  const pinged = Promise.withResolvers<void>();
  const host = await startSockets(t, (socket) => {
    socket.on('message', (data: Buffer) => {
      received.push(data.toString());
      if (received.length === 3) pinged.resolve();
    });
  });
  open(t, `ws://${host}/ws`, `http://${host}/app/`, 30);
  await pinged.promise;
  assert.equal(received[0], '{"op":"subscribe","drivers":[],"hz":20}');
  assert.deepEqual(received.slice(1), ['{"op":"ping"}', '{"op":"ping"}']);
});

test('A2: a socket that is cut is dialled again', async (t) => {
  let count = 0;
  const twice = Promise.withResolvers<void>();
  const host = await startSockets(t, (socket) => {
    if (++count === 1) setTimeout(() => socket.terminate(), 20);
    else twice.resolve();
  });
  const { connections } = open(t, `ws://${host}/ws`, `http://${host}/app/`);
  await twice.promise;
  assert.deepEqual(
    connections.slice(0, 3).map(({ phase }) => phase),
    ['connecting', 'open', 'waiting'],
  );
});

test('A2: a socket that is silent for two heartbeats is dialled again, one connection at a time', async (t) => {
  let live = 0;
  let most = 0;
  let count = 0;
  const twice = Promise.withResolvers<void>();
  const host = await startSockets(t, (socket) => {
    most = Math.max(most, ++live);
    socket.on('close', () => live--);
    if (++count === 2) twice.resolve();
  });
  const { socket, until } = open(t, `ws://${host}/ws`, `http://${host}/app/`, 50);
  socket.setHeartbeat(0.1);
  await until(({ phase, problem }) => phase === 'waiting' && /Nothing was heard/.test(problem?.reason ?? ''));
  await twice.promise;
  assert.ok(most <= 2);
});

test('A1: a bridge that is not there is named within 2 s with URL, reason and key', async (t) => {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  await new Promise((done) => server.close(done));
  const { until } = open(t, `ws://${host}/ws`, `http://${host}/app/`);
  const { problem } = await until((connection) => connection.problem !== null, 2_000);
  assert.equal(problem?.url, `ws://${host}/ws`);
  assert.match(problem?.reason ?? '', /does not answer/);
  assert.match(problem?.hint ?? '', /grafana\.bridge_port/);
});

test('A2: a refused upgrade is named as such within 2 s', async (t) => {
  const bridge = await startFakeBridge(t);
  bridge.refuseUpgrade = 403;
  const { until } = open(t, addressesFor(`${bridge.url}app/`).socket, `${bridge.url}app/`);
  const { problem } = await until((connection) => connection.problem !== null, 2_000);
  assert.match(problem?.reason ?? '', /upgrade was refused/);
  assert.match(problem?.hint ?? '', /bridge\.allowed_origins/);
});

test('A1: a server that accepts and says nothing is named within 2 s', async (t) => {
  const server = createServer((_request, response) => void response.socket?.pause());
  server.on('upgrade', () => {});
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { until } = open(t, `ws://${host}/ws`, `http://${host}/app/`);
  const { problem } = await until((connection) => connection.problem !== null, 2_000);
  assert.match(problem?.reason ?? '', /no answer in/);
});

test('openLiveSocket: why the bridge closed is kept while it is dialled again', async (t) => {
  const host = await startSockets(t, (socket) => socket.close(1013, 'Too many clients: bridge.max_clients'));
  const { until } = open(t, `ws://${host}/ws`, `http://${host}/app/`);
  const { problem } = await until(({ phase, problem }) => phase === 'waiting' && problem !== null);
  assert.match(problem?.reason ?? '', /1013.*bridge\.max_clients/);
});
