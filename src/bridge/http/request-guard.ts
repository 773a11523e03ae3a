import { createHash, timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import type { IncomingHttpHeaders } from 'node:http';
import { HttpError } from './http-error.ts';

/** What a guard looks at of a request. */
export interface Caller {
  /** Address of the socket's other end. */
  readonly remoteAddress: string | undefined;
  readonly headers: IncomingHttpHeaders;
}

export interface GuardOptions {
  readonly controlToken: string | null;
  /** Further page origins, `https://pit.example.org`. */
  readonly allowedOrigins: readonly string[];
  /** The host that the bridge was told to listen on. */
  readonly bridgeHost: string;
}

/** Who may open the socket and who may steer. */
export interface RequestGuard {
  /** @throws {HttpError} 403 F1_BRIDGE_ORIGIN when Host or Origin is not this bridge's own or allowed */
  checkOrigin(caller: Caller): void;
  /**
   * Loopback needs no token; everybody else, and whatever a proxy forwarded, does.
   * @throws {HttpError} 401 F1_BRIDGE_TOKEN
   */
  checkToken(caller: Caller, token: string | null): void;
}

/** Headers that only a proxy sets: such a request never counts as loopback. */
const proxyHeaders = [
  'forwarded',
  'via',
  'x-real-ip',
  'x-client-ip',
  'x-cluster-client-ip',
  'x-original-forwarded-for',
  'true-client-ip',
  'cf-connecting-ip',
  'cf-ray',
  'fastly-client-ip',
  'fly-client-ip',
  'x-envoy-external-address',
] as const;

/** Guard for state-changing routes and the WebSocket. */
export function createRequestGuard({ controlToken, allowedOrigins, bridgeHost }: GuardOptions): RequestGuard {
  const origins = new Set(allowedOrigins.map((origin) => origin.toLowerCase().replace(/\/$/u, '')));
  const own = hostname().toLowerCase();
  const names = new Set(['localhost', own, `${own}.local`, bridgeHost.toLowerCase()]);
  for (const origin of origins) {
    const name = hostNameOf(URL.parse(origin)?.host);
    if (name !== null) names.add(name);
  }
  const wanted = controlToken === null ? null : digest(controlToken);

  return {
    checkOrigin({ headers }) {
      const host = headers.host?.toLowerCase();
      const name = hostNameOf(host);
      // An IP literal cannot be rebound by a hostile name server, a name can.
      if (name === null || !(names.has(name) || isIP(name) !== 0 || name.endsWith('.localhost'))) {
        throw refuse(`Host ${JSON.stringify(host ?? '')} is not a name of this bridge`);
      }
      const origin = headers.origin?.toLowerCase();
      if (origin === undefined || origins.has(origin)) return;
      const originHost = URL.parse(origin)?.host;
      if (originHost !== undefined && originHost !== '') {
        // Pages cannot set X-Forwarded-Host without a preflight, which is refused: only a proxy's word gets here.
        const forwarded = first(headers['x-forwarded-host'])?.toLowerCase();
        if (
          originHost === withoutDefaultPort(host, origin) ||
          originHost === withoutDefaultPort(forwarded, origin)
        )
          return;
      }
      throw refuse(`Origin ${JSON.stringify(headers.origin)} is neither this bridge's own nor allowed`);
    },
    checkToken({ remoteAddress, headers }, token) {
      if (isLoopback(remoteAddress) && !isForwarded(headers)) return;
      if (wanted !== null && token !== null && timingSafeEqual(digest(token), wanted)) return;
      throw new HttpError(
        401,
        'F1_BRIDGE_TOKEN',
        wanted === null
          ? 'Steering from another machine or through a proxy is off: bridge.control_token is not set'
          : 'Steering from another machine or through a proxy needs the control token',
        wanted === null
          ? 'Set bridge.control_token and send it as "Authorization: Bearer TOKEN"'
          : 'Send "Authorization: Bearer TOKEN" with the value of bridge.control_token',
      );
    },
  };
}

/** Token of an `Authorization: Bearer …` header, or null. */
export function bearerToken(headers: IncomingHttpHeaders): string | null {
  return /^Bearer +(\S+) *$/iu.exec(headers.authorization ?? '')?.[1] ?? null;
}

/** True for 127.0.0.0/8, ::1 and IPv4-mapped loopback. */
export function isLoopback(address: string | undefined): boolean {
  if (address === undefined) return false;
  const plain = address.toLowerCase().replace(/^::ffff:/u, '');
  return plain === '::1' || (isIP(plain) === 4 && plain.startsWith('127.'));
}

/** True when a proxy stands between the caller and the bridge. */
export function isForwarded(headers: IncomingHttpHeaders): boolean {
  if (proxyHeaders.some((name) => headers[name] !== undefined)) return true;
  return Object.keys(headers).some((name) => name.startsWith('x-forwarded'));
}

/** Host name of a Host header without port and brackets; null when it is not one. */
function hostNameOf(host: string | undefined): string | null {
  if (host === undefined || host === '' || /[\s/@\\?#,]/u.test(host)) return null;
  const bracketed = /^\[([0-9a-f:.]+)\](?::\d+)?$/iu.exec(host);
  if (bracketed !== null) return bracketed[1]!.toLowerCase();
  const plain = /^([^:]+?)\.?(?::\d+)?$/u.exec(host);
  return plain === null ? null : plain[1]!.toLowerCase();
}

/** `URL.host` drops the scheme's own port; a Host header may name it. */
function withoutDefaultPort(host: string | undefined, origin: string): string | null {
  if (host === undefined) return null;
  return URL.parse(`${origin.split(':')[0]}://${host}`)?.host ?? null;
}

function first(value: string | string[] | undefined): string | undefined {
  const text = Array.isArray(value) ? value[0] : value;
  return text?.split(',')[0]?.trim();
}

function refuse(message: string): HttpError {
  return new HttpError(
    403,
    'F1_BRIDGE_ORIGIN',
    message,
    'Open the page at the address of the bridge, or list the page origin under bridge.allowed_origins',
  );
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
