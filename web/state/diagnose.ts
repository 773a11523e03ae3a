import type { Addresses } from './addresses.ts';
import type { ConnectionProblem } from './socket.ts';

const timeoutMs = 1_000;

/**
 * Asks over plain HTTP why the socket does not open: a browser tells a page nothing about a refused upgrade. Answers
 * within 1 s, never rejects.
 */
export async function diagnoseSocket(addresses: Addresses): Promise<ConnectionProblem> {
  const url = addresses.socket;
  const [health, refusal] = await Promise.all([ask(addresses.route('')), ask(addresses.route('ws'))]);
  if (health.failure !== null) {
    return {
      url,
      reason: `The bridge does not answer at ${addresses.route('')} (${health.failure})`,
      hint: 'Start it with npm start; its address is grafana.bridge_host and grafana.bridge_port in config/config.yaml',
    };
  }
  const { status, error, code, hint } = refusal;
  if (code !== null && status !== 404 && status !== 426 && status !== 400) {
    return {
      url,
      reason: `The WebSocket upgrade was refused with ${status}: ${error ?? code}`,
      hint: hint ?? code,
    };
  }
  if (!health.isJson) {
    return {
      url,
      reason: `The WebSocket was refused and ${addresses.route('')} is not a Slipstream bridge (HTTP ${health.status})`,
      hint: 'A proxy must pass everything under its path prefix to the bridge, ws included',
    };
  }
  return {
    url,
    reason: 'The WebSocket upgrade was refused, although the bridge answers over HTTP',
    hint: 'A proxy has to pass the headers Upgrade and Connection; a page of another origin has to be in bridge.allowed_origins; bridge.max_clients limits viewers',
  };
}

interface Answer {
  readonly failure: string | null;
  readonly status: number;
  readonly isJson: boolean;
  readonly error: string | null;
  readonly code: string | null;
  readonly hint: string | null;
}

async function ask(url: string): Promise<Answer> {
  try {
    const response = await fetch(url, {
      headers: { accept: 'application/json' },
      cache: 'no-store',
      signal: AbortSignal.timeout(timeoutMs),
    });
    const body: unknown = await response.json().catch(() => null);
    const isJson = typeof body === 'object' && body !== null;
    const text = (key: string): string | null => {
      const value: unknown = isJson ? Reflect.get(body, key) : null;
      return typeof value === 'string' ? value : null;
    };
    return {
      failure: null,
      status: response.status,
      isJson,
      error: text('error'),
      code: text('code'),
      hint: text('hint'),
    };
  } catch (error) {
    const isTimeout = error instanceof DOMException && error.name === 'TimeoutError';
    const failure = isTimeout
      ? `no answer in ${timeoutMs} ms`
      : error instanceof Error
        ? error.message
        : String(error);
    return { failure, status: 0, isJson: false, error: null, code: null, hint: null };
  }
}
