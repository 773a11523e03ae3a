import { createServer, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import type { TestContext } from 'node:test';

export interface ProxyOptions {
  /** Bridge behind the proxy. */
  readonly target: string;
  /** Path that the proxy strips: '/f1/live'. */
  readonly prefix: string;
  /** A tunnel without a byte from the server, or from the client, for this long is cut [ms]. */
  readonly idleMs: number;
  /** Forwarding headers as a real proxy adds them. */
  readonly forwards?: boolean;
  /** Answers upgrades itself with this status, as a proxy does that knows no WebSocket. */
  readonly refuses?: number;
}

export interface CuttingProxy {
  /** Address of the page through the proxy. */
  readonly pageUrl: string;
  /** Tunnels cut because they were idle. */
  readonly idleCuts: number;
  /** Frames from the client, that is bytes that arrived after the upgrade [count]. */
  readonly clientChunks: number;
  /** Cuts every tunnel now. */
  cut(): void;
}

/** A reverse proxy with a path prefix that cuts idle WebSocket tunnels, in either direction. */
export async function startCuttingProxy(t: TestContext, options: ProxyOptions): Promise<CuttingProxy> {
  const target = new URL(options.target);
  const tunnels = new Set<Socket>();
  const counts = { idleCuts: 0, clientChunks: 0 };
  const strip = (url = '/'): string | null =>
    url.startsWith(`${options.prefix}/`) ? url.slice(options.prefix.length) : null;
  const server = createServer((incoming, answer) => {
    const path = strip(incoming.url);
    if (path === null) {
      answer.writeHead(404).end('not here');
      return;
    }
    const headers = {
      ...incoming.headers,
      ...(options.forwards === true ? { 'x-forwarded-for': '203.0.113.7' } : {}),
    };
    const outgoing = httpRequest(
      { host: target.hostname, port: target.port, path, method: incoming.method, headers },
      (reply) => {
        answer.writeHead(reply.statusCode ?? 502, reply.headers);
        reply.pipe(answer);
      },
    );
    outgoing.on('error', () => answer.writeHead(502).end('bad gateway'));
    incoming.pipe(outgoing);
  });
  server.on('upgrade', (incoming, client: Socket, head) => {
    const path = strip(incoming.url);
    if (path === null || options.refuses !== undefined) {
      client.end(`HTTP/1.1 ${options.refuses ?? 404} Refused\r\nConnection: close\r\n\r\n`);
      return;
    }
    const upstream = connect(Number(target.port), target.hostname, () => {
      const lines = Object.entries(incoming.headers).map(([name, value]) => `${name}: ${String(value)}`);
      upstream.write(`GET ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
      upstream.write(head);
    });
    tunnels.add(client);
    const close = (): void => {
      tunnels.delete(client);
      clearTimeout(fromServer);
      clearTimeout(fromClient);
      client.destroy();
      upstream.destroy();
    };
    const cutIdle = (): void => {
      counts.idleCuts++;
      close();
    };
    let fromServer = setTimeout(cutIdle, options.idleMs);
    let fromClient = setTimeout(cutIdle, options.idleMs);
    upstream.on('data', (chunk) => {
      clearTimeout(fromServer);
      fromServer = setTimeout(cutIdle, options.idleMs);
      client.write(chunk);
    });
    client.on('data', (chunk) => {
      clearTimeout(fromClient);
      fromClient = setTimeout(cutIdle, options.idleMs);
      counts.clientChunks++;
      upstream.write(chunk);
    });
    for (const socket of [client, upstream]) socket.on('error', close).on('close', close);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const cut = (): void => {
    for (const tunnel of tunnels) tunnel.destroy();
  };
  t.after(() => {
    cut();
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return {
    pageUrl: `http://127.0.0.1:${port}${options.prefix}/app/`,
    cut,
    get idleCuts() {
      return counts.idleCuts;
    },
    get clientChunks() {
      return counts.clientChunks;
    },
  };
}
