import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import { networkInterfaces } from 'node:os';
import type { Duplex } from 'node:stream';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { F1Error } from '../../domain/errors.ts';
import { findPortOwner, hasIpv6Loopback } from '../../util/port-owner.ts';
import { bridgePortError } from './bridge-port.ts';

/** Where the bridge can be reached. */
export interface Listening {
  readonly port: number;
  /** Addresses for people, the plainest first: `http://localhost:5001`. */
  readonly urls: readonly string[];
  close(): Promise<void>;
}

export interface ListenOptions {
  readonly host: string;
  /** 0 = any free port. */
  readonly port: number;
  /** Take the next free port when this one is taken. */
  readonly nextFreePort: boolean;
}

const maxTries = 50;

/**
 * Opens the listeners: for loopback both 127.0.0.1 and, where it exists, ::1, because `localhost` means either.
 * @throws {F1Error} F1_BRIDGE_PORT (exit code 2) with the process that has the port when it is known
 */
export async function listen(
  app: FastifyInstance,
  { host, port, nextFreePort }: ListenOptions,
): Promise<Listening> {
  const isLoopback = host === '127.0.0.1' || host === 'localhost' || host === '::1';
  const hosts = isLoopback ? ['127.0.0.1', ...((await hasIpv6Loopback()) ? ['::1'] : [])] : [host];
  for (let tried = 0; ; tried++) {
    const wanted = port === 0 ? 0 : port + tried;
    try {
      return await listenOn(app, hosts, wanted, isLoopback);
    } catch (error) {
      const { code }: { code?: unknown } = Object(error);
      const isTaken = code === 'EADDRINUSE';
      const mayRetry = isTaken && (port === 0 || nextFreePort) && tried < maxTries && wanted < 65_535;
      if (!mayRetry) throw await explain(error, host, wanted);
    }
  }
}

async function listenOn(
  app: FastifyInstance,
  hosts: readonly string[],
  port: number,
  isLoopback: boolean,
): Promise<Listening> {
  const servers: Server[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(
      servers.map(
        (server) =>
          new Promise<void>((resolve) => {
            server.close(() => resolve());
            server.closeAllConnections();
          }),
      ),
    );
  };
  try {
    let bound = port;
    for (const host of hosts) {
      const server = createServer({ requestTimeout: 30_000, keepAliveTimeout: 72_000 });
      server.on('request', (request, response) => app.routing(request, response));
      server.on('upgrade', (request: IncomingMessage, socket, head) =>
        app.server.emit('upgrade', request, socket, head),
      );
      server.on('clientError', (error: NodeJS.ErrnoException, socket) => refuseGarbage(error, socket));
      servers.push(server);
      bound = await bind(server, host, bound);
    }
    const urls = isLoopback
      ? [`http://localhost:${bound}`, ...hosts.map((host) => `http://${bracket(host)}:${bound}`)]
      : reachable(hosts[0] ?? '').map((name) => `http://${bracket(name)}:${bound}`);
    return { port: bound, urls, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Answers what is not HTTP, or too much of it, before any route can. */
function refuseGarbage(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const body = JSON.stringify({
    error: 'Cannot read the request: it is not HTTP/1.1, too slow or its headers are too large',
    code: 'F1_BRIDGE_BAD_REQUEST',
    hint: 'Send a plain HTTP request; the bridge speaks no TLS',
  });
  const head = `HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}`;
  socket.end(`${head}\r\nConnection: close\r\n\r\n${body}`);
}

function bind(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, exclusive: true }, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** Every address that a listener on all interfaces can be reached at. */
function reachable(host: string): string[] {
  if (host !== '0.0.0.0' && host !== '::') return [host];
  const addresses = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter(({ family, internal }) => !internal && (family === 'IPv4' || host === '::'))
    .filter(({ address }) => !address.startsWith('fe80:'))
    .map(({ address }) => address);
  return ['localhost', ...addresses];
}

function bracket(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

async function explain(error: unknown, host: string, port: number): Promise<unknown> {
  const { code }: { code?: unknown } = Object(error);
  if (typeof code !== 'string') return error;
  if (code === 'EADDRINUSE' || code === 'EACCES') {
    return bridgePortError({ host, port, errno: code, owner: await findPortOwner(port) }, error);
  }
  return new F1Error('F1_BRIDGE_PORT', `Cannot open the bridge on ${host}:${port}`, {
    hint: 'Set grafana.bridge_host to 127.0.0.1, to 0.0.0.0 or to an address of this machine',
    exitCode: 2,
    cause: error,
  });
}
