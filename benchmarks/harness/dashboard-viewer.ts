import { Agent, request } from 'node:http';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { targetsOf } from '../../grafana/query/dashboard.ts';
import type { Dashboard } from '../../grafana/query/dashboard.ts';
import { buildInfinityRequest } from '../../grafana/query/infinity.ts';
import type { InfinityTarget } from '../../grafana/query/infinity.ts';

/** One answer to a panel's query. */
export interface Answer {
  /** From the request to the last byte [ms]. */
  readonly tookMs: number;
  /** As they came, compressed where the bridge did. */
  readonly bytes: number;
  readonly target: string;
}

/** Someone who looks at a dashboard: asks what Grafana's Infinity source would, over connections of his own. */
export interface DashboardViewer {
  readonly targets: number;
  /** Every query of the dashboard, one after the other, with the time of each. */
  askInTurn(rangeMs: number): Promise<Answer[]>;
  /** Every query at once over six connections, as a browser asks; time until the last answer [ms]. */
  refresh(rangeMs: number): Promise<number>;
  close(): void;
}

/** A viewer of a shipped dashboard with all drivers; `points` replaces what its telemetry panels ask for. */
export function createDashboardViewer(
  url: string,
  file: string,
  options: { readonly points: number; readonly isCompressed: boolean },
): DashboardViewer {
  const path = resolve(import.meta.dirname, '../../grafana/dashboards', `${file}.json`);
  const dashboard = JSON.parse(readFileSync(path, 'utf8')) as Dashboard;
  const targets = dashboard.panels.flatMap((panel) =>
    targetsOf(panel).map((target) => ({
      name: panel.title ?? panel.type,
      target: target as unknown as InfinityTarget,
    })),
  );
  const agent = new Agent({ keepAlive: true, maxSockets: 6 });
  const driver = { name: 'driver', value: '*' };

  const ask = ({ name, target }: (typeof targets)[number], rangeMs: number): Promise<Answer> => {
    const toMs = Date.now();
    const built = buildInfinityRequest(target, url, {
      variables: [driver],
      fromMs: toMs - rangeMs,
      toMs,
      intervalMs: Math.round(rangeMs / options.points),
    });
    const address = new URL(built.url);
    if (address.searchParams.has('maxPoints')) address.searchParams.set('maxPoints', String(options.points));
    const { accept = '*/*' } = built.headers;
    const headers = { accept, ...(options.isCompressed ? { 'accept-encoding': 'gzip' } : {}) };
    const startedMs = performance.now();
    return new Promise((done, fail) => {
      const sent = request(address, { agent, headers }, (response) => {
        let bytes = 0;
        response.on('data', (chunk: Buffer) => (bytes += chunk.length));
        response.on('error', fail);
        response.on('end', () => {
          if (response.statusCode === 200)
            done({ tookMs: performance.now() - startedMs, bytes, target: name });
          else fail(new Error(`${address.pathname} answered ${response.statusCode}`));
        });
      });
      sent.on('error', fail);
      sent.end();
    });
  };

  return {
    targets: targets.length,
    async askInTurn(rangeMs) {
      const answers: Answer[] = [];
      for (const target of targets) answers.push(await ask(target, rangeMs));
      return answers;
    },
    async refresh(rangeMs) {
      const startedMs = performance.now();
      await Promise.all(targets.map((target) => ask(target, rangeMs)));
      return performance.now() - startedMs;
    },
    close: () => agent.destroy(),
  };
}
