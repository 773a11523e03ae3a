/** Why the socket is not open: what was tried, what came of it, what can be changed. */
export interface ConnectionProblem {
  readonly url: string;
  readonly reason: string;
  readonly hint: string;
}

export type Connection =
  | { readonly phase: 'connecting'; readonly problem: ConnectionProblem | null }
  | { readonly phase: 'open'; readonly problem: null }
  | { readonly phase: 'waiting'; readonly problem: ConnectionProblem | null };

export interface LiveSocketOptions {
  readonly url: string;
  /** Sent as first message of every connection. */
  readonly greeting: () => object;
  readonly onMessage: (text: string) => void;
  readonly onConnection: (connection: Connection) => void;
  /** Finds out why a connection that never opened did not; never rejects. */
  readonly diagnose: () => Promise<ConnectionProblem>;
  /** How often a ping goes out [ms]; the bridge wants one every 20 s. */
  readonly pingMs?: number;
  /** Source of jitter, 0–1. */
  readonly random?: () => number;
}

export interface LiveSocket {
  /** Sends a message when open; false otherwise. */
  send(message: object): boolean;
  /** Sets the server's heartbeat [s]: a connection silent for two of them is dialled again. */
  setHeartbeat(seconds: number): void;
  /** Ends the wait before the next try: the network came back. */
  retryNow(): void;
  close(): void;
}

const defaultHeartbeatMs = 10_000;
const slowOpenMs = 700;
const openTimeoutMs = 8_000;
const minRetryMs = 250;
const maxRetryMs = 8_000;

/** Keeps one WebSocket open: greeting, heartbeat both ways, jittered redial. Exactly one connection at any time. */
export function openLiveSocket(options: LiveSocketOptions): LiveSocket {
  const { url, pingMs = 10_000, random = Math.random } = options;
  let socket: WebSocket | null = null;
  let heartbeatMs = defaultHeartbeatMs;
  let lastHeardMs = 0;
  let failures = 0;
  let problem: ConnectionProblem | null = null;
  let closed = false;
  let dialled = 0;
  let hasOpened = false;
  let timers: ReturnType<typeof setTimeout>[] = [];

  function stopTimers(): void {
    for (const timer of timers) clearTimeout(timer);
    timers = [];
  }

  function dial(): void {
    stopTimers();
    const dial = ++dialled;
    options.onConnection({ phase: 'connecting', problem });
    const own = new WebSocket(url);
    socket = own;
    hasOpened = false;
    timers.push(
      setTimeout(() => void explain(dial), slowOpenMs),
      setTimeout(() => lose(own), openTimeoutMs),
    );
    own.addEventListener('open', () => {
      if (socket !== own) return;
      stopTimers();
      hasOpened = true;
      lastHeardMs = performance.now();
      own.send(JSON.stringify({ op: 'subscribe', ...options.greeting() }));
      options.onConnection({ phase: 'open', problem: null });
      timers.push(setInterval(() => own.send('{"op":"ping"}'), pingMs));
      timers.push(setInterval(() => watch(own), Math.min(1_000, pingMs)));
    });
    own.addEventListener('message', (event) => {
      if (socket !== own) return;
      lastHeardMs = performance.now();
      failures = 0;
      problem = null;
      if (typeof event.data === 'string') options.onMessage(event.data);
    });
    own.addEventListener('close', ({ code, reason }) => {
      if (socket === own && reason !== '')
        problem = {
          url,
          reason: `The bridge closed the connection (${code}): ${reason}`,
          hint: 'The page dials again by itself',
        };
      lose(own);
    });
  }

  function watch(own: WebSocket): void {
    if (performance.now() - lastHeardMs <= 2 * heartbeatMs) return;
    problem = {
      url,
      reason: `Nothing was heard for ${Math.round((2 * heartbeatMs) / 1000)} s`,
      hint: 'Dialling again',
    };
    lose(own);
  }

  /** Gives a connection up at once: a dead network never answers the closing handshake. */
  function lose(own: WebSocket): void {
    if (socket !== own) return;
    socket = null;
    stopTimers();
    own.close();
    if (closed) return;
    failures++;
    const dial = dialled;
    const waitMs = Math.min(maxRetryMs, minRetryMs * 2 ** Math.min(failures - 1, 8)) * (0.5 + random() / 2);
    options.onConnection({ phase: 'waiting', problem });
    if (!hasOpened) void explain(dial);
    timers.push(setTimeout(redial, waitMs));
  }

  function redial(): void {
    if (!closed && socket === null) dial();
  }

  async function explain(dial: number): Promise<void> {
    const found = await options.diagnose();
    if (closed || dial > dialled || (socket !== null && socket.readyState === WebSocket.OPEN)) return;
    problem = found;
    options.onConnection({ phase: socket === null ? 'waiting' : 'connecting', problem });
  }

  dial();
  return {
    send(message) {
      if (socket === null || socket.readyState !== WebSocket.OPEN) return false;
      socket.send(JSON.stringify(message));
      return true;
    },
    setHeartbeat(seconds) {
      heartbeatMs = seconds * 1000;
    },
    retryNow() {
      if (socket === null) dial();
    },
    close() {
      closed = true;
      stopTimers();
      socket?.close();
      socket = null;
    },
  };
}
