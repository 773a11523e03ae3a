import type { LivePusher } from '../grafana-live/pusher.ts';
import { distributionOf, single } from './metric-page.ts';
import type { MetricPage } from './metric-page.ts';

const states = ['off', 'connecting', 'ok', 'auth', 'unreachable'] as const;

/** What is pushed to Grafana Live. */
export function addLivePushMetrics(page: MetricPage, pusher: LivePusher, clock: () => number): void {
  page.gauge('f1_live_push_state', '1 for the state that pushing to Grafana Live is in', () =>
    states.map((state) => [{ state }, pusher.state === state ? 1 : 0]),
  );
  page.counter('f1_live_push_requests_total', 'Requests sent to Grafana Live', () => single(pusher.requests));
  page.counter('f1_live_push_lines_total', 'Rows that Grafana Live has taken', () => single(pusher.lines));
  page.counter('f1_live_push_errors_total', 'Pushes and log-ins that failed', () => single(pusher.errors));
  page.counter('f1_live_push_dropped_rows_total', 'Rows left out: over the rate, or behind a failure', () =>
    single(pusher.dropped),
  );
  page.gauge('f1_live_push_age_seconds', 'Time since Grafana Live took rows last', () =>
    single(Math.max(0, (clock() - pusher.pushedMs) / 1000)),
  );
  page.histogram('f1_live_push_latency_seconds', 'Due time of a row until Grafana Live has taken it', () => [
    distributionOf(pusher.latency),
  ]);
}
