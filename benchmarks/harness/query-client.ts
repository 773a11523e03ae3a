import { connect } from 'node:net';
import { dashboardRequest } from './dashboard-request.ts';

/**
 * Asks for dashboards over one connection. Answers are counted in one buffer and not kept: `fetch` makes 1.6 MB of garbage
 * for each, and its collector takes both processors from the bridge that is measured.
 */
export interface QueryClient {
  /** Sends one dashboard's `POST /query`; bytes of the body. Rejects on a status that is not 200. */
  ask(rangeMs: number): Promise<number>;
  close(): void;
}

interface Waiting {
  bodyBytes: number | null;
  seenBytes: number;
  readonly resolve: (bytes: number) => void;
  readonly reject: (reason: Error) => void;
}

export function createQueryClient(url: string): QueryClient {
  const { hostname, port } = new URL(url);
  let waiting: Waiting | null = null;
  const fail = (error: Error): void => {
    waiting?.reject(error);
    waiting = null;
  };
  const take = (bytes: number, chunk: Uint8Array): boolean => {
    if (waiting === null) return true;
    let from = 0;
    if (waiting.bodyBytes === null) {
      // The head comes whole: it is written together with the beginning of the body.
      const text = Buffer.from(chunk.buffer, chunk.byteOffset, Math.min(bytes, 4096)).toString('latin1');
      const end = text.indexOf('\r\n\r\n');
      const length = /\r\ncontent-length: (\d+)\r\n/iu.exec(text.slice(0, end + 2));
      if (!text.startsWith('HTTP/1.1 200 ') || end < 0 || length === null) {
        fail(new Error(`POST /query answered ${text.slice(0, 60)}`));
        return true;
      }
      waiting.bodyBytes = Number(length[1]);
      from = end + 4;
    }
    waiting.seenBytes += bytes - from;
    if (waiting.seenBytes >= waiting.bodyBytes) {
      waiting.resolve(waiting.bodyBytes);
      waiting = null;
    }
    return true;
  };
  const socket = connect({
    host: hostname,
    port: Number(port),
    noDelay: true,
    onread: { buffer: Buffer.alloc(262_144), callback: take },
  });
  socket.on('error', fail);
  socket.on('close', () => fail(new Error('The bridge closed the connection')));
  return {
    ask(rangeMs) {
      const { promise, resolve, reject } = Promise.withResolvers<number>();
      waiting = { bodyBytes: null, seenBytes: 0, resolve, reject };
      const body = dashboardRequest(Date.now(), rangeMs);
      socket.write(
        `POST /query HTTP/1.1\r\nhost: ${hostname}:${port}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
      );
      return promise;
    },
    close: () => socket.destroy(),
  };
}
