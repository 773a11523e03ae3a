import { createReadStream, existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import { extname, join, normalize } from 'node:path';

/** Serves the built page, a plan for each dashboard, and live frames as server-sent events; on loopback, at a free port. */
export interface PageServer {
  readonly url: string;
  /** Plans by name of the dashboard; read when the page asks. */
  readonly plans: Map<string, unknown>;
  /** Hands an event to every page that listens. */
  publish(event: unknown): void;
  close(): Promise<void>;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
};

/** Starts the server over a folder. */
export async function startPageServer(folder: string): Promise<PageServer> {
  const plans = new Map<string, unknown>();
  const listeners = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://page');
    if (pathname.startsWith('/plan/')) {
      const plan = plans.get(decodeURIComponent(pathname.slice('/plan/'.length)));
      response.writeHead(plan === undefined ? 404 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(plan ?? null));
      return;
    }
    if (pathname === '/live') {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
      response.write(': begin\n\n');
      listeners.add(response);
      response.on('close', () => listeners.delete(response));
      return;
    }
    const path = join(folder, normalize(pathname === '/' ? '/index.html' : pathname));
    if (!path.startsWith(folder) || !existsSync(path)) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-type': types[extname(path)] ?? 'application/octet-stream' });
    createReadStream(path).pipe(response);
  });
  await new Promise<void>((done, fail) => {
    server.once('error', fail);
    server.listen(0, '127.0.0.1', done);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    plans,
    publish(event) {
      for (const response of listeners) response.write(`data: ${JSON.stringify(event)}\n\n`);
    },
    close: () =>
      new Promise((done) => {
        for (const response of listeners) response.end();
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}
