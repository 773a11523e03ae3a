import { execFile } from 'node:child_process';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { promisify } from 'node:util';
import { processName } from './process-info.ts';

/** Who listens on a TCP port; null fields where the system does not tell. */
export interface PortOwner {
  readonly pid: number | null;
  readonly name: string | null;
}

/** Why a port cannot be listened on, with the process that has it when it can be told. */
export interface PortConflict {
  readonly host: string;
  readonly port: number;
  /** EADDRINUSE, EACCES … */
  readonly errno: string;
  readonly owner: PortOwner;
}

const tcpListen = '0A';

/** Error code of listening on a port (and closing it again), or null when it is free. Port 0 is always free. */
export function tryListen(port: number, host: string): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(null)));
  });
}

/** True where IPv6 loopback exists. */
export async function hasIpv6Loopback(): Promise<boolean> {
  return (await tryListen(0, '::1')) === null;
}

/** The first reason why a port cannot be used on 127.0.0.1 and, where it exists, ::1; null when it is free on both. */
export async function findPortConflict(port: number): Promise<PortConflict | null> {
  const hosts = (await hasIpv6Loopback()) ? ['127.0.0.1', '::1'] : ['127.0.0.1'];
  for (const host of hosts) {
    const errno = await tryListen(port, host);
    if (errno !== null) return { host, port, errno, owner: await findPortOwner(port) };
  }
  return null;
}

/** "port 9092 is taken by java (pid 123)", for messages. */
export function describePortConflict(conflict: PortConflict): string {
  const { host, port, errno, owner } = conflict;
  if (errno !== 'EADDRINUSE') return `port ${port} on ${host} cannot be opened (${errno})`;
  return `port ${port} is taken${describeOwner(owner)}`;
}

function describeOwner({ pid, name }: PortOwner): string {
  if (pid === null) return ' by a process of another user or container';
  return ` by ${name ?? 'a process'} (pid ${pid})`;
}

/** The process that listens on a TCP port: through /proc on Linux, `lsof` elsewhere; best effort. */
export async function findPortOwner(port: number): Promise<PortOwner> {
  const pid = process.platform === 'linux' ? await linuxOwner(port) : await lsofOwner(port);
  return { pid, name: pid === null ? null : processName(pid) };
}

async function linuxOwner(port: number): Promise<number | null> {
  const inodes = new Set<string>();
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    const text = await readFile(table, 'utf8').catch(() => '');
    for (const line of text.split('\n').slice(1)) {
      const fields = line.trim().split(/\s+/u);
      const localPort = Number.parseInt(fields[1]?.split(':')[1] ?? '', 16);
      if (localPort === port && fields[3] === tcpListen && fields[9] !== undefined) inodes.add(fields[9]);
    }
  }
  if (inodes.size === 0) return null;
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/u.test(entry)) continue;
    const descriptors = await readdir(`/proc/${entry}/fd`).catch(() => []);
    for (const descriptor of descriptors) {
      const target = await readlink(`/proc/${entry}/fd/${descriptor}`).catch(() => '');
      if (target.startsWith('socket:[') && inodes.has(target.slice(8, -1))) return Number(entry);
    }
  }
  return null;
}

async function lsofOwner(port: number): Promise<number | null> {
  try {
    const args = ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-t'];
    const { stdout } = await promisify(execFile)('lsof', args, { timeout: 3000 });
    return Number(stdout.trim().split('\n')[0]) || null;
  } catch {
    return null; // no lsof, or nobody listens
  }
}
