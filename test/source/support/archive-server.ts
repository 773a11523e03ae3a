import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';

/** One thing that goes wrong with a request. */
export type Fault =
  | { readonly status: number; readonly retryAfter?: string }
  /** Sends this many bytes of the body, then destroys the connection. */
  | { readonly cutAfterBytes: number }
  /** Sends this many bytes of the body, then nothing more. */
  | { readonly stallAfterBytes: number }
  /** Answers 200 with a web page. */
  | { readonly page: string }
  /** Never answers. */
  | { readonly hang: true };

export interface SeenRequest {
  readonly path: string;
  readonly range: string | null;
  readonly ifRange: string | null;
  readonly ifNoneMatch: string | null;
  readonly status: number;
}

export interface ArchiveServer {
  readonly url: string;
  readonly requests: SeenRequest[];
  /** Decoded path → content; change it to change the archive. */
  readonly files: Map<string, Buffer>;
  /** Faults by decoded path, each used once, in order. */
  readonly faults: Map<string, Fault[]>;
  /** Sends no ETag and no Last-Modified. */
  hasValidators: boolean;
  close(): Promise<void>;
}

function etagOf(content: Buffer): string {
  return `"${createHash('sha1').update(content).digest('hex')}"`;
}

function headerOf(request: IncomingMessage, name: string): string | null {
  const value = request.headers[name];
  return typeof value === 'string' ? value : null;
}

/** A server laid out like the archive (`/static/2023/…`), on loopback, closed when the test ends. */
export async function startArchiveServer(
  t: TestContext,
  files: ReadonlyMap<string, Buffer>,
): Promise<ArchiveServer> {
  const server = createServer((request, response) => handle(request, response));
  const state: ArchiveServer = {
    url: '',
    requests: [],
    files: new Map(files),
    faults: new Map(),
    hasValidators: true,
    close: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
  function handle(request: IncomingMessage, response: ServerResponse): void {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://x').pathname);
    const answer = (
      status: number,
      headers: Record<string, string | number>,
      body: Buffer | string,
    ): void => {
      state.requests.push({
        path,
        range: headerOf(request, 'range'),
        ifRange: headerOf(request, 'if-range'),
        ifNoneMatch: headerOf(request, 'if-none-match'),
        status,
      });
      response.writeHead(status, headers);
      response.end(body);
    };
    const fault = state.faults.get(path)?.shift();
    if (fault !== undefined && 'hang' in fault) return;
    if (fault !== undefined && 'status' in fault) {
      answer(fault.status, fault.retryAfter === undefined ? {} : { 'retry-after': fault.retryAfter }, 'no');
      return;
    }
    if (fault !== undefined && 'page' in fault) {
      answer(200, { 'content-type': 'text/html' }, fault.page);
      return;
    }
    const content = state.files.get(path);
    if (content === undefined) {
      answer(
        404,
        { 'content-type': 'application/xml' },
        '<?xml version="1.0"?><Error><Code>NoSuchKey</Code></Error>',
      );
      return;
    }
    const etag = etagOf(content);
    const headers: Record<string, string | number> = state.hasValidators
      ? { etag, 'accept-ranges': 'bytes' }
      : {};
    if (state.hasValidators && headerOf(request, 'if-none-match') === etag) {
      answer(304, headers, '');
      return;
    }
    const range = /^bytes=(\d+)-$/.exec(headerOf(request, 'range') ?? '');
    const ifRange = headerOf(request, 'if-range');
    const from = range !== null && (ifRange === null || ifRange === etag) ? Number(range[1]) : 0;
    const body = content.subarray(from);
    if (from > 0) headers['content-range'] = `bytes ${from}-${content.length - 1}/${content.length}`;
    headers['content-length'] = body.length;
    if (fault !== undefined && ('cutAfterBytes' in fault || 'stallAfterBytes' in fault)) {
      state.requests.push({
        path,
        range: headerOf(request, 'range'),
        ifRange,
        ifNoneMatch: null,
        status: 200,
      });
      response.writeHead(from > 0 ? 206 : 200, headers);
      if ('stallAfterBytes' in fault) response.write(body.subarray(0, fault.stallAfterBytes));
      else response.write(body.subarray(0, fault.cutAfterBytes), () => response.destroy());
      return;
    }
    answer(from > 0 ? 206 : 200, headers, body);
  }
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  t.after(() => state.close());
  const { port } = server.address() as AddressInfo;
  return Object.assign(state, { url: `http://127.0.0.1:${port}` });
}
