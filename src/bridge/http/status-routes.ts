import { channels } from '../../domain/channels.ts';
import { compoundName } from '../../domain/compound.ts';
import type { AppContext } from './app-context.ts';
import { topicRoles } from '../ingest/counters.ts';
import { lagOf } from '../health.ts';
import { HttpError } from './http-error.ts';
import { bytesPerPoint, valueAt } from '../ingest/point-buffer.ts';
import { compoundOf } from '../ingest/row-mark.ts';
import { readCount, valuesOf } from './request-values.ts';
import type { Route } from './route.ts';
import { select } from '../query/query-request.ts';

const maxAlertsListed = 10_000;

/** Health, statistics and what the bridge holds. */
export const statusRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/',
    summary: 'Health: 200 ok or 503 with reasons; a browser is sent to the page',
    statuses: [302, 503],
    handler(context, request, reply) {
      if (context.webRoot !== null && /\btext\/html\b/u.test(request.headers.accept ?? '')) {
        return reply.redirect('app/', 302);
      }
      const health = context.health();
      // Grafana shows `error` of a failed "Save & test".
      const refusal =
        health.status === 'ok'
          ? {}
          : {
              error: health.reasons.join('. '),
              code: 'F1_BRIDGE_UNAVAILABLE',
              hint: 'The log of the bridge says more',
            };
      return reply
        .code(health.status === 'ok' ? 200 : 503)
        .send({ ...health, ...refusal, ...describe(context) });
    },
  },
  {
    method: 'GET',
    path: '/stats',
    summary: 'Counts, rates, buffers, lag by topic',
    handler: (context) => readStats(context),
  },
  {
    method: 'GET',
    path: '/drivers',
    summary: 'Drivers of the session with last values and buffer sizes',
    handler: (context) => readDrivers(context),
  },
  {
    method: 'GET',
    path: '/alerts',
    summary: 'Alert episodes, newest first',
    query: {
      driver: 'driver codes, one or several',
      severity: 'high, medium, low',
      type: 'alert types',
      state: 'open or closed',
      limit: 'how many at most, 100 when absent',
    },
    handler({ state }, request) {
      const { driver, severity, type, state: alertState, limit } = valuesOf(request.query);
      const most = readCount('limit', limit, { fallback: 100, min: 0, max: maxAlertsListed });
      const filter = {
        drivers: select(driver)?.map((code) => code.toUpperCase()) ?? null,
        severities: select(severity),
        types: select(type),
        states: select(alertState),
      };
      return state.alerts.list(filter, most);
    },
  },
  {
    method: 'GET',
    path: '/alerts/summary',
    summary: 'Alert counts by type, severity and driver',
    handler: ({ state }) => ({ ...state.alerts.summary(), dropped: state.alerts.dropped }),
  },
  {
    method: 'GET',
    path: '/predictions',
    summary: 'Predictions; none are made yet',
    handler: () => ({ predictions: [], reason: 'No prediction model is part of this version' }),
  },
  {
    method: 'GET',
    path: '/timing',
    summary:
      'Race-level state: session, drivers, laps, stints, positions, track status, race control, weather, coverage',
    handler: ({ state }) => ({ ...identity(state), ...state.race }),
  },
  {
    method: 'GET',
    path: '/sessions',
    summary: 'Sessions that can be opened: cached, local, configured, simulated',
    statuses: [503],
    async handler(context) {
      try {
        return (await context.sessions()).map((session) => ({ source: session.spec, ...session }));
      } catch (error) {
        context.log.error('Sessions cannot be listed', { error });
        throw new HttpError(
          503,
          'F1_BRIDGE_UNAVAILABLE',
          'The list of sessions cannot be read',
          'The log of the bridge says why',
        );
      }
    },
  },
];

function identity({ tracker }: AppContext['state']): { run: string | null; segment: number } {
  return { run: tracker.run, segment: Math.max(0, tracker.segment) };
}

function describe(context: AppContext): object {
  const { state, reader, hub, pusher, info, clock, version, startedMs } = context;
  return {
    service: 'slipstream',
    version,
    broker: {
      kind: info.brokerKind,
      label: info.brokerLabel,
      figures_age_ms: ageMs(clock(), context.watch.answeredMs),
    },
    ...identity(state),
    consumer: { phase: reader.phase, lag: lagOf(reader), age_ms: ageMs(clock(), reader.lastBatchMs) },
    telemetry_age_ms: ageMs(clock(), state.lastTelemetryMs),
    replay: state.replay === null ? null : { status: state.replay.status, title: state.replay.title },
    simulated: state.replay?.simulated ?? state.race.session?.simulated ?? false,
    viewers: hub.clients,
    live: { state: pusher.state, reason: pusher.reason },
    uptime_s: Math.round((clock() - startedMs) / 1000),
    server_time: clock(),
  };
}

function ageMs(nowMs: number, thenMs: number): number | null {
  return Number.isNaN(thenMs) ? null : Math.max(0, Math.round(nowMs - thenMs));
}

function readStats(context: AppContext): object {
  const { state, reader, hub, config, clock, startedMs } = context;
  const { counters, points } = state;
  const { telemetry, alerts, predictions, timing, control } = config.kafka.topics;
  const names = { telemetry, alerts, predictions, timing, control };
  const upS = Math.max(1, (clock() - startedMs) / 1000);
  const topics = Object.fromEntries(
    topicRoles.map((role) => {
      const partitions = [...reader.partitions.values()]
        .filter((progress) => progress.role === role)
        .sort((a, b) => a.partition - b.partition)
        .map(({ partition, next, end }) => ({
          partition,
          next,
          end,
          lag: next === null ? null : Math.max(0, end - next),
        }));
      return [
        names[role],
        {
          records: counters.records[role],
          bytes: counters.bytes[role],
          records_per_s: Math.round((counters.records[role] / upS) * 10) / 10,
          lag: partitions.reduce((sum, { lag }) => sum + (lag ?? 0), 0),
          partitions,
        },
      ];
    }),
  );
  return {
    ...describe(context),
    topics,
    buffers: {
      drivers: points.drivers.length,
      points: points.points(),
      capacity: config.bridge.buffer_points,
      bytes_per_point: bytesPerPoint,
      bytes: points.bytes(),
    },
    set_aside: { ...counters.setAside, newest: counters.newest },
    stale: counters.stale,
    duplicates: counters.duplicates,
    run_changes: counters.changes,
    resets: Object.fromEntries(reader.resets),
    timing: { applied: state.race.applied, ignored: state.race.ignored, dropped: state.race.dropped },
    alerts: state.alerts.size,
    websocket: {
      clients: hub.clients,
      frames: hub.framesSent,
      bytes: hub.bytesSent,
      dropped_points: hub.droppedPoints,
      stalled_clients: hub.stalledClients,
    },
    memory: readMemory(),
  };
}

function readMemory(): object {
  const { rss, heapTotal, heapUsed, external, arrayBuffers } = process.memoryUsage();
  return {
    rss_bytes: rss,
    heap_total_bytes: heapTotal,
    heap_used_bytes: heapUsed,
    external_bytes: external,
    array_buffer_bytes: arrayBuffers,
  };
}

function readDrivers({ state, config }: AppContext): object[] {
  const listed = new Set<string>();
  const drivers = state.race.drivers.map((driver) => {
    listed.add(driver.code);
    return describeDriver(state, config.bridge.buffer_points, driver.code, driver);
  });
  const others = state.points.drivers.filter(({ driver }) => !listed.has(driver));
  return [
    ...drivers,
    ...others.map(({ driver }) => describeDriver(state, config.bridge.buffer_points, driver, null)),
  ];
}

function describeDriver(
  state: AppContext['state'],
  capacity: number,
  code: string,
  entry: AppContext['state']['race']['drivers'][number] | null,
): object {
  const points = state.points.find(code);
  const buffer = points?.buffer;
  const last = buffer === undefined || buffer.appended === 0 ? null : buffer.appended - 1;
  const values: Record<string, number | null> = {};
  if (buffer !== undefined && last !== null) {
    for (const column of buffer.columns) values[column.channel.wireName] = newest(buffer, column, last);
  }
  const slot = last === null || buffer === undefined ? 0 : last % buffer.capacity;
  return {
    driver: code,
    driver_number: points?.driverNumber ?? entry?.driver_number ?? null,
    name: entry?.name ?? code,
    team: entry?.team ?? '',
    team_colour: entry?.team_colour ?? '',
    has_telemetry: entry?.has_telemetry ?? points !== undefined,
    position: state.race.positions[code]?.position ?? null,
    points: buffer === undefined ? 0 : buffer.appended - buffer.first,
    capacity,
    last:
      buffer === undefined || last === null
        ? null
        : {
            timestamp: buffer.timeAt(slot),
            session_time: buffer.sessionMs[slot]! / 1000,
            lap_number: buffer.lap[slot]! || null,
            compound: compoundName(compoundOf(buffer.marks[slot]!)),
            ...values,
          },
    /** Car speed per 1,000 rpm in each gear, behind the channel wheel_spin: an estimate with its origin. */
    gear_ratios:
      points?.derivation
        .calibration(state.race.session?.year ?? null)
        .map(({ kmhPerKrpm, ...rest }) => ({ ...rest, kmh_per_krpm: kmhPerKrpm })) ?? null,
  };
}

/** Newest value of a channel; derived channels exist on car rows only, so up to 32 rows are looked back through. */
function newest(
  buffer: Parameters<typeof valueAt>[0],
  column: Parameters<typeof valueAt>[1],
  last: number,
): number | null {
  const depth = channels.some((channel) => channel === column.channel && channel.derived) ? 32 : 1;
  for (let i = last; i > last - depth && i >= buffer.first; i--) {
    const value = valueAt(buffer, column, i);
    if (value !== null) return value;
  }
  return null;
}
