import { performance } from 'node:perf_hooks';
import type { FastifyReply } from 'fastify';
import { channels } from '../../domain/channels.ts';
import type { AppContext } from './app-context.ts';
import { annotationOf, inRange } from '../query/annotations.ts';
import { badRequest } from './http-error.ts';
import { metricNames, planQuery, writeAnswer } from '../query/query-engine.ts';
import { readTargets } from '../query/query-request.ts';
import type { RequestedTarget } from '../query/query-request.ts';
import { readBody, readCount, valuesOf } from './request-values.ts';
import type { Route } from './route.ts';
import { writeTables } from '../query/table-answer.ts';
import { readRange } from '../query/time-range.ts';
import type { TimeRange } from '../query/time-range.ts';

const maxPointsPerSeries = 100_000;
const json = 'application/json; charset=utf-8';

/** Metric search, queries, annotations and filters: the contracts of Grafana's JSON data sources. */
export const queryRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/search',
    summary: 'Metric names that contain the text of the target; drivers for the target "drivers"',
    body: '{"target": text}',
    handler({ state }, request) {
      const { target } = readBody(request.body);
      const text = typeof target === 'string' ? target.trim().toLowerCase() : '';
      if (text === 'driver' || text === 'drivers') return driverOptions(state);
      if (!text.includes('.')) return metricNames.filter((name) => name.includes(text));
      return driverCodes(state)
        .flatMap((driver) => metricNames.map((name) => `${driver}.${name}`))
        .filter((name) => name.toLowerCase().includes(text));
    },
  },
  {
    method: 'GET',
    path: '/query',
    summary: 'Points of one or several targets',
    query: {
      target: 'VER.speed, speed, (VER|HAM).rpm …; may be given several times',
      driver: 'drivers when the target names none',
      from: 'epoch ms or ISO 8601; bridge.window_seconds before the end when absent',
      to: 'epoch ms or ISO 8601; now when absent',
      maxDataPoints: 'most points of a series; grafana.data_retention_points when absent',
    },
    handler(context, request, reply) {
      const { target, driver, from, to, maxDataPoints } = valuesOf(request.query);
      const names = (Array.isArray(target) ? target : [target]).filter(
        (name) => name !== undefined && name !== '',
      );
      if (names.length === 0)
        throw badRequest('Cannot answer a query without a target', 'Add ?target=VER.speed');
      const targets = readTargets({ targets: names.map((name: unknown) => ({ target: name, driver })) });
      return answer(context, reply, targets, readRangeOf(context, from, to), maxDataPoints);
    },
  },
  {
    method: 'POST',
    path: '/query',
    summary: "Points of Grafana's data request: one item for each target and driver, in target order",
    body: '{"targets": [{"target", "refId", "payload", "type"}], "range": {"from", "to"}, "maxDataPoints"}',
    handler(context, request, reply) {
      const body = readBody(request.body);
      const range = valuesOf(body['range']);
      const { from, to } = { from: range['from'] ?? body['from'], to: range['to'] ?? body['to'] };
      return answer(context, reply, readTargets(body), readRangeOf(context, from, to), body['maxDataPoints']);
    },
  },
  {
    method: 'POST',
    path: '/annotations',
    summary: 'Alerts in the range as annotations; the query names types, severities or drivers after #',
    body: '{"range": {"from", "to"}, "annotation": {"query": "#drs"}}',
    handler(context, request) {
      const body = readBody(request.body);
      const { from, to } = valuesOf(body['range']);
      const range = readRangeOf(context, from, to);
      const { annotation } = body;
      const query = valuesOf(annotation)['query'];
      return inRange(context.state, range, typeof query === 'string' ? query : '').map((alert) => ({
        annotation: annotation ?? {},
        ...annotationOf(alert, context.state.replay?.speed ?? 1),
      }));
    },
  },
  {
    method: 'POST',
    path: '/tag-keys',
    summary: 'Keys of ad-hoc filters',
    body: '{}',
    handler: () => ['driver', 'severity', 'alert_type'].map((text) => ({ type: 'string', text })),
  },
  {
    method: 'POST',
    path: '/tag-values',
    summary: 'Values of an ad-hoc filter',
    body: '{"key": "driver"}',
    handler({ state }, request) {
      const { key } = readBody(request.body);
      if (key === 'driver') return driverCodes(state).map((text) => ({ text }));
      if (key === 'severity') return ['high', 'medium', 'low'].map((text) => ({ text }));
      if (key === 'alert_type') return alertTypes(state).map((text) => ({ text }));
      throw badRequest(
        `Cannot list values of ${String(JSON.stringify(key)).slice(0, 60)}`,
        'Keys are driver, severity and alert_type',
      );
    },
  },
  {
    method: 'POST',
    path: '/metrics',
    summary: "Metric list of Grafana's JSON data source (0.6 and later)",
    body: '{}',
    handler: ({ state }) => [
      ...channels.map(({ label, wireName }) => ({
        label,
        value: wireName,
        payloads: [{ label: 'Driver', name: 'driver', type: 'multi-select', options: labelled(state) }],
      })),
      { label: 'Alerts', value: 'alerts', payloads: [] },
    ],
  },
  {
    method: 'POST',
    path: '/metric-payload-options',
    summary: 'Options of a payload field',
    body: '{"metric": "speed", "name": "driver"}',
    handler: ({ state }, request) => (readBody(request.body)['name'] === 'driver' ? labelled(state) : []),
  },
  {
    method: 'POST',
    path: '/variable',
    summary: 'Values of a dashboard variable: drivers, metrics, severities or alert types',
    body: '{"payload": {"target": "drivers"}}',
    handler({ state }, request) {
      const { payload } = readBody(request.body);
      const target = typeof payload === 'string' ? payload : valuesOf(payload)['target'];
      if (target === 'metrics') return metricNames.map((name) => ({ __text: name, __value: name }));
      if (target === 'severities')
        return ['high', 'medium', 'low'].map((name) => ({ __text: name, __value: name }));
      if (target === 'alert_types') return alertTypes(state).map((name) => ({ __text: name, __value: name }));
      return labelled(state).map(({ label, value }) => ({ __text: label, __value: value }));
    },
  },
];

function readRangeOf({ clock, config }: AppContext, from: unknown, to: unknown): TimeRange {
  return readRange(from, to, clock(), config.bridge.window_seconds * 1000);
}

function answer(
  { state, config, metrics }: AppContext,
  reply: FastifyReply,
  targets: readonly RequestedTarget[],
  range: TimeRange,
  maxDataPoints: unknown,
): FastifyReply {
  const began = performance.now();
  const { data_retention_points: fallback } = config.grafana;
  const maxPoints = readCount('maxDataPoints', maxDataPoints, { fallback, min: 1, max: maxPointsPerSeries });
  const needsTables = targets.some(({ form, target }) => form === 'table' || target === 'alerts');
  const { bytes, release } = needsTables
    ? writeTables(state, targets, range, maxPoints)
    : writeAnswer(planQuery(state.points, { targets, range, maxPoints }), range, maxPoints);
  metrics.observeQuery((performance.now() - began) / 1000);
  // The buffer is used again once the socket has it, or is gone.
  reply.raw.once('close', release);
  return reply.type(json).send(bytes);
}

function driverCodes(state: AppContext['state']): string[] {
  const codes = new Set(state.race.drivers.map(({ code }) => code));
  for (const { driver } of state.points.drivers) codes.add(driver);
  return [...codes];
}

function driverOptions(state: AppContext['state']): { text: string; value: string }[] {
  return labelled(state).map(({ label, value }) => ({ text: label, value }));
}

function labelled(state: AppContext['state']): { label: string; value: string }[] {
  const names = new Map(state.race.drivers.map(({ code, name }) => [code, name]));
  return driverCodes(state).map((value) => ({ label: names.get(value) || value, value }));
}

function alertTypes(state: AppContext['state']): string[] {
  const known = ['high_speed', 'drs_status_change', 'brake_temperature'];
  return [...new Set([...known, ...Object.keys(state.alerts.summary().by_type)])];
}
