/** Addresses of the bridge as seen from a page: everything follows from where the page itself came from. */
export interface Addresses {
  /** `ws:` or `wss:` address of the socket. */
  readonly socket: string;
  /** Address of an HTTP route: 'sessions' → `…/sessions`. */
  route(path: string): string;
}

/** Addresses for a page served at `pageUrl` (`…/app/`, under any path prefix). */
export function addressesFor(pageUrl: string): Addresses {
  const base = new URL('../', pageUrl);
  base.search = '';
  base.hash = '';
  const socket = new URL('ws', base);
  socket.protocol = base.protocol === 'https:' ? 'wss:' : 'ws:';
  return { socket: socket.href, route: (path) => new URL(path, base).href };
}
