/** How pushing to Grafana goes; `off` where no address is set. */
export type LiveState = 'off' | 'connecting' | 'ok' | 'auth' | 'unreachable';

/** Where and as whom to push. */
export interface LiveTarget {
  /** Address of Grafana, with its sub-path. */
  readonly url: string;
  readonly stream: string;
  readonly user: string | null;
  readonly password: string | null;
  readonly token: string | null;
}

/** A refusal or failure of Grafana, in one sentence. */
export class LiveError extends Error {
  override readonly name = 'LiveError';
  readonly state: 'auth' | 'unreachable';

  constructor(state: 'auth' | 'unreachable', message: string) {
    super(message);
    this.state = state;
  }
}

const timeoutMs = 5000;

/** Calls of Grafana's HTTP interface that the pusher makes. */
export interface LiveClient {
  /** Who Grafana takes us for. Rejects with a LiveError unless it is somebody: an anonymous push is answered and dropped. */
  whoAmI(signal: AbortSignal): Promise<string>;
  /** Sends lines. Rejects with a LiveError for anything but an empty 200. */
  push(body: Uint8Array<ArrayBuffer>, signal: AbortSignal): Promise<void>;
}

interface Request {
  readonly method: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer>;
}

/** A client for one target. */
export function createLiveClient(target: LiveTarget): LiveClient {
  const base = target.url.replace(/\/+$/u, '');
  const authorization = authorizationOf(target);
  const call = async (path: string, init: Request, signal: AbortSignal): Promise<Response> => {
    try {
      return await fetch(`${base}${path}`, {
        ...init,
        headers: { ...(authorization === null ? {} : { authorization }), ...init.headers },
        redirect: 'manual',
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      });
    } catch (error) {
      signal.throwIfAborted();
      const cause =
        error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
      throw new LiveError('unreachable', `Grafana at ${base} does not answer: ${cause}`);
    }
  };

  return {
    async whoAmI(signal) {
      const response = await call('/api/user', { method: 'GET' }, signal);
      const body = await textOf(response);
      if (response.status === 401 || response.status === 403) throw refused(base, response.status);
      const login = loginOf(body);
      if (response.status !== 200) {
        throw new LiveError('unreachable', `Grafana at ${base} answered ${response.status} to GET /api/user`);
      }
      if (login === null) throw refused(base, response.status);
      return login;
    },
    async push(body, signal) {
      const path = `/api/live/push/${encodeURIComponent(target.stream)}?gf_live_frame_format=labels_column`;
      const response = await call(
        path,
        { method: 'POST', body, headers: { 'content-type': 'text/plain' } },
        signal,
      );
      const text = await textOf(response);
      if (response.status === 200 && text === '') return;
      if (response.status === 401 || response.status === 403) throw refused(base, response.status);
      throw new LiveError(
        'unreachable',
        `Grafana at ${base} answered ${response.status} to a push: ${JSON.stringify(text.slice(0, 120))}`,
      );
    },
  };
}

function authorizationOf({ user, password, token }: LiveTarget): string | null {
  if (token !== null) return `Bearer ${token}`;
  if (user === null) return null;
  return `Basic ${Buffer.from(`${user}:${password ?? ''}`).toString('base64')}`;
}

function refused(base: string, status: number): LiveError {
  return new LiveError(
    'auth',
    `Grafana at ${base} does not know who pushes (${status}): set grafana.live.token, or grafana.live.user and password`,
  );
}

/** The body, of which no more than a little is kept. */
async function textOf(response: Response): Promise<string> {
  return (await response.text()).slice(0, 4096).trim();
}

/**
 * Login of a real identity; null for anonymous ones and for whatever is no such answer. Only users have an `id`: a service
 * account has `id` 0 and a login, whoever is let in as nobody has neither (`pkg/api/user.go` of Grafana).
 */
function loginOf(body: string): string | null {
  try {
    const { login }: { login?: unknown } = Object(JSON.parse(body));
    return typeof login === 'string' && login !== '' ? login : null;
  } catch {
    return null;
  }
}
