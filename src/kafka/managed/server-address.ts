/** 'localhost:9092', '[::1]:9092' or a bare host → host and port (9092 when none is named). */
export function splitServer(server: string): { host: string; port: number } {
  const match = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/u.exec(server.replace(/^\w+:\/\//u, ''));
  const host = match?.[1] ?? match?.[2] ?? server;
  return { host, port: Number(match?.[3] ?? 9092) };
}

/** host:port, with brackets around an IPv6 address. */
export function joinServer({ host, port }: { host: string; port: number }): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
