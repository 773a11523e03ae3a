import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

/** A TCP proxy that replaces one text by another of equal length in what the server answers. */
export async function startManglingProxy(
  t: { after(clean: () => Promise<void>): void },
  target: number,
  from: string,
  to: string,
): Promise<number> {
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
    client.pipe(upstream);
    upstream.on('data', (bytes) => {
      client.write(Buffer.from(bytes.toString('latin1').replaceAll(from, to), 'latin1'));
    });
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
