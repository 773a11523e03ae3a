import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

type Lifetime = { after(clean: () => Promise<void>): void };

/** A TCP proxy that replaces one text by another of equal length in what the server answers. */
export function startManglingProxy(t: Lifetime, target: number, from: string, to: string): Promise<number> {
  return startProxy(t, target, {
    answer: (bytes) => Buffer.from(bytes.toString('latin1').replaceAll(from, to), 'latin1'),
  });
}

/** A TCP proxy that lets no request of this Kafka API through: it is never answered. */
export function startSwallowingProxy(t: Lifetime, target: number, apiKey: number): Promise<number> {
  return startProxy(t, target, {
    createRequestFilter() {
      let rest = Buffer.alloc(0);
      return (bytes) => {
        rest = Buffer.concat([rest, bytes]);
        const passed: Buffer[] = [];
        while (rest.length >= 6 && rest.length >= 4 + rest.readInt32BE(0)) {
          const frame = rest.subarray(0, 4 + rest.readInt32BE(0));
          rest = rest.subarray(frame.length);
          if (frame.readInt16BE(4) !== apiKey) passed.push(frame);
        }
        return Buffer.concat(passed);
      };
    },
  });
}

interface Changes {
  readonly answer?: (bytes: Buffer) => Buffer;
  readonly createRequestFilter?: () => (bytes: Buffer) => Buffer;
}

async function startProxy(t: Lifetime, target: number, changes: Changes): Promise<number> {
  const sockets = new Set<{ destroy(): void }>();
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    const filter = changes.createRequestFilter?.();
    client.on('data', (bytes) => upstream.write(filter?.(bytes) ?? bytes));
    upstream.on('data', (bytes) => client.write(changes.answer?.(bytes) ?? bytes));
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', resolve);
  await promise;
  t.after(async () => {
    for (const socket of sockets) socket.destroy();
    const { promise, resolve } = Promise.withResolvers<void>();
    server.close(() => resolve());
    await promise;
  });
  const address = server.address() as AddressInfo;
  return address.port;
}
