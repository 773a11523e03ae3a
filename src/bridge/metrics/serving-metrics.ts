import type { LiveHub } from '../live/live-hub.ts';
import { distributionOf, single } from './metric-page.ts';
import type { MetricPage, Sample } from './metric-page.ts';
import type { QueryMeter } from './query-meter.ts';

const statusClasses = ['2xx', '3xx', '4xx', '5xx'] as const;

/** What the bridge sends: WebSocket frames and HTTP answers. `requests` are answers by class of status. */
export function addServingMetrics(
  page: MetricPage,
  hub: LiveHub,
  requests: ReadonlyMap<string, number>,
  queries: QueryMeter,
): void {
  page.gauge('f1_ws_clients', 'WebSocket clients', () => single(hub.clients));
  page.counter('f1_ws_frames_total', 'WebSocket frames sent', () => single(hub.framesSent));
  page.counter('f1_ws_bytes_total', 'Bytes of WebSocket frames sent', () => single(hub.bytesSent));
  page.counter('f1_ws_dropped_points_total', 'Points that slow WebSocket clients lost', () =>
    single(hub.droppedPoints),
  );
  page.counter(
    'f1_ws_stalled_clients_total',
    'WebSocket clients closed because they took nothing for 30 s',
    () => single(hub.stalledClients),
  );
  page.counter('f1_http_requests_total', 'HTTP answers by class of status', () =>
    statusClasses.map((status) => [{ status }, requests.get(status) ?? 0]),
  );
  page.histogram('f1_query_duration_seconds', 'Time to answer a query, all endpoints together', () => [
    distributionOf(queries.durations),
  ]);
  page.counter(
    'f1_grafana_queries_total',
    'Queries of dashboards and programs by endpoint and HTTP status',
    () =>
      queries.endpoints.flatMap(({ endpoint, statuses }) =>
        [...statuses].map(([code, count]): Sample => [{ endpoint, code: String(code) }, count]),
      ),
  );
  page.histogram('f1_grafana_query_duration_seconds', 'Time to answer a query by endpoint', () =>
    queries.endpoints.map(({ endpoint, durations }) => distributionOf(durations, { endpoint })),
  );
}
