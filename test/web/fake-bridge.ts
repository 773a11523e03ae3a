import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, resolve } from 'node:path';
import type { TestContext } from 'node:test';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/** A server that speaks PROTOCOL §8 word for word as the test tells it to: for messages a real bridge never sends. */
export interface FakeBridge {
  readonly url: string;
  /** Text frames the page sent, newest last. */
  readonly received: Record<string, unknown>[];
  /** Bodies of `POST /replay`. */
  readonly commands: Record<string, unknown>[];
  /** Sends a message (or raw text) to every page. */
  send(message: object | string): void;
  /** What a new connection gets first. */
  greet: (socket: WebSocket) => void;
  /** Answer of `POST /replay`; 202 by default. */
  answerCommand: (command: Record<string, unknown>) => { status: number; body: object };
  /** HTTP status of refused upgrades; 0 = accepted. */
  refuseUpgrade: number;
  sessions: object[];
  readonly openSockets: number;
  close(): Promise<void>;
}

/** Starts a fake bridge on a free port that serves the built page under `/app/`. */
export async function startFakeBridge(
  t: TestContext,
  root = resolve(import.meta.dirname, '../../web/dist'),
): Promise<FakeBridge> {
  const sockets = new WebSocketServer({ noServer: true });
  const bridge: FakeBridge = {
    url: '',
    received: [],
    commands: [],
    sessions: [],
    greet: () => {},
    answerCommand: () => ({
      status: 202,
      body: { accepted: true, command_id: `c${bridge.commands.length}` },
    }),
    refuseUpgrade: 0,
    send(message) {
      const text = typeof message === 'string' ? message : JSON.stringify(message);
      for (const client of sockets.clients) client.send(text);
    },
    get openSockets() {
      return sockets.clients.size;
    },
    async close() {
      for (const client of sockets.clients) client.terminate();
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://bridge').pathname;
    const json = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    if (path === '/') return json(200, { status: 'ok' });
    if (path === '/sessions') return json(200, { sessions: bridge.sessions });
    if (path === '/ws') return json(426, { error: 'Upgrade required', code: 'F1_BRIDGE_UPGRADE', hint: '' });
    if (path === '/replay' && request.method === 'POST') {
      let text = '';
      request.on('data', (chunk: Buffer) => (text += chunk.toString()));
      request.on('end', () => {
        const command = JSON.parse(text) as Record<string, unknown>;
        bridge.commands.push(command);
        const { status, body } = bridge.answerCommand(command);
        json(status, body);
      });
      return;
    }
    const file = join(root, path.replace(/^\/app\/?/, '') || 'index.html');
    if (!path.startsWith('/app/') || !existsSync(file) || !statSync(file).isFile())
      return json(404, { error: 'Not found', code: 'F1_NOT_FOUND', hint: '' });
    response.writeHead(200, {
      'content-type': types[extname(file)] ?? 'application/octet-stream',
      'content-security-policy': "default-src 'self'",
    });
    createReadStream(file).pipe(response);
  });
  server.on('upgrade', (request, socket, head) => {
    if (bridge.refuseUpgrade !== 0) {
      socket.end(`HTTP/1.1 ${bridge.refuseUpgrade} Refused\r\nConnection: close\r\n\r\n`);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (client) => {
      client.on('message', (data: Buffer) => {
        const message = JSON.parse(data.toString()) as Record<string, unknown>;
        bridge.received.push(message);
        if (message['op'] === 'ping') client.send('{"op":"pong"}');
      });
      bridge.greet(client);
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  t.after(() => bridge.close());
  return Object.assign(bridge, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` });
}
