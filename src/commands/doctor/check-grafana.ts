import { messageOf } from '../../domain/errors.ts';
import { ok, warn } from './check.ts';
import type { Check, CheckResult } from './check.ts';

const timeoutMs = 3000;

/** Whether Grafana answers at an address, and whether it can reach the bridge as it is configured. Never a failure: nothing else needs Grafana. */
export function checkGrafana(url: string): Check {
  return async ({ config, signal }) => {
    const base = url.replace(/\/+$/u, '');
    const results: CheckResult[] = [await health(base, signal)];
    const { bridge_host: host, bridge_port: port, live } = config.grafana;
    if (isLoopback(host)) {
      results.push(
        warn(
          'Grafana to bridge',
          `the bridge listens on ${host}:${port}: only programs of this machine reach it, a Grafana in a container with a network of its own does not`,
          'Run Grafana on the network of the host (compose.grafana-only.yaml does), or start the bridge with --bridge-host 0.0.0.0 and set bridge.control_token',
        ),
      );
    } else {
      results.push(
        ok(
          'Grafana to bridge',
          `the bridge listens on ${host}:${port}, containers reach it at the address of this machine`,
        ),
      );
    }
    results.push(
      live.url === null
        ? ok('Grafana Live', 'nothing is pushed: grafana.live.url is not set')
        : live.token === null && live.user === null
          ? warn(
              'Grafana Live',
              `pushes to ${live.url} have no identity`,
              'Set grafana.live.token, or grafana.live.user and password',
            )
          : ok('Grafana Live', `pushes go to ${live.url}; GET / of a running bridge says how it goes`),
    );
    return results;
  };
}

async function health(base: string, signal: AbortSignal): Promise<CheckResult> {
  const name = 'Grafana';
  const advice = 'docs/GRAFANA_SETUP.md says how to start one; --grafana takes another address';
  try {
    const response = await fetch(`${base}/api/health`, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    const answer: unknown = await response.json().catch(() => null);
    const { database, version }: { database?: unknown; version?: unknown } = Object(answer);
    if (response.status !== 200 || database !== 'ok')
      return warn(name, `${base} answers ${response.status} and does not say that it is well`, advice);
    return ok(name, `${base} is well, version ${typeof version === 'string' ? version : 'not told'}`);
  } catch (error) {
    signal.throwIfAborted();
    const cause =
      error instanceof Error && error.cause instanceof Error ? error.cause.message : messageOf(error);
    return warn(name, `nothing answers at ${base}: ${cause}`, advice);
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}
