import type { FastifyReply } from 'fastify';
import { annotationSources, overlaps, readAnnotationQuery } from '../query/annotations.ts';
import {
  filterValues,
  metricChoices,
  payloadChoices,
  searchNames,
  variableChoices,
} from '../query/choices.ts';
import { filterKeys } from '../query/filters.ts';
import { readQuery } from '../query/query-request.ts';
import { readRange } from '../query/time-range.ts';
import { writeQuery } from '../query/write-query.ts';
import type { AppContext } from './app-context.ts';
import { badRequest } from './http-error.ts';
import { readBody, valuesOf } from './request-values.ts';
import type { Values } from './request-values.ts';
import type { Route } from './route.ts';

const maxAnnotations = 1000;
const json = 'application/json; charset=utf-8';

/** Metric search, queries, annotations and filters: the contracts of Grafana's JSON data sources. */
export const queryRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/search',
    summary: 'Metric names that contain the text of the target; drivers for the target "drivers"',
    body: '{"target": text}',
    handler: ({ state }, request) => searchNames(state, readBody(request.body)['target']),
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
      const { target, driver, ...rest } = valuesOf(request.query);
      const names = (Array.isArray(target) ? target : [target]).filter(
        (name) => name !== undefined && name !== '',
      );
      if (names.length === 0)
        throw badRequest('Cannot answer a query without a target', 'Add ?target=VER.speed');
      return answer(context, reply, { ...rest, targets: names.map((name) => ({ target: name, driver })) });
    },
  },
  {
    method: 'POST',
    path: '/query',
    summary: "Points of Grafana's data request: one item for each target and driver, in target order",
    body: '{"targets": [{"target", "refId", "payload", "type"}], "range": {"from", "to"}, "maxDataPoints"}',
    handler: (context, request, reply) => answer(context, reply, readBody(request.body)),
  },
  {
    method: 'POST',
    path: '/annotations',
    summary: 'Alerts in the range as annotations; the query names types, severities or drivers after #',
    body: '{"range": {"from", "to"}, "annotation": {"query": "#drs"}}',
    handler(context, request) {
      const body = readBody(request.body);
      const { from, to } = valuesOf(body['range']);
      const nowMs = context.clock();
      const range = readRange(from, to, nowMs, windowMsOf(context));
      const { annotation } = body;
      const query = valuesOf(annotation)['query'];
      const isMeant = readAnnotationQuery(typeof query === 'string' ? query : '');
      return [...annotationSources.values()]
        .flatMap((source) => source(context.state))
        .filter((one) => overlaps(one, range, nowMs) && isMeant(one))
        .sort((a, b) => a.time - b.time)
        .slice(-maxAnnotations)
        .map(({ time, timeEnd, title, text, tags }) => ({
          annotation: annotation ?? {},
          time,
          ...(timeEnd === null ? {} : { timeEnd }),
          isRegion: timeEnd !== null,
          title,
          text,
          tags,
        }));
    },
  },
  {
    method: 'POST',
    path: '/tag-keys',
    summary: 'Keys of ad-hoc filters',
    body: '{}',
    handler(_, request) {
      readBody(request.body);
      return filterKeys.map((text) => ({ type: 'string', text }));
    },
  },
  {
    method: 'POST',
    path: '/tag-values',
    summary: 'Values of an ad-hoc filter',
    body: '{"key": "driver"}',
    handler({ state }, request) {
      const { key } = readBody(request.body);
      const known = filterKeys.find((name) => name === key);
      if (known !== undefined) return filterValues(state, known).map(({ value }) => ({ text: value }));
      throw badRequest(
        `Cannot list values of ${String(JSON.stringify(key)).slice(0, 60)}`,
        `Keys are: ${filterKeys.join(', ')}`,
      );
    },
  },
  {
    method: 'POST',
    path: '/metrics',
    summary: "Metric list of Grafana's JSON data source (0.6 and later)",
    body: '{}',
    handler({ state }, request) {
      readBody(request.body);
      return metricChoices(state);
    },
  },
  {
    method: 'POST',
    path: '/metric-payload-options',
    summary: 'Options of a payload field',
    body: '{"metric": "speed", "payload": {"driver": "VER"}, "name": "lap"}',
    handler({ state }, request) {
      const { name, payload } = readBody(request.body);
      return payloadChoices(state, name, payload);
    },
  },
  {
    method: 'POST',
    path: '/variable',
    summary: 'Values of a dashboard variable: drivers, metrics, severities, alert_types or laps',
    body: '{"payload": {"target": "drivers"}}',
    handler: ({ state }, request) =>
      variableChoices(state, readBody(request.body)['payload']).map(({ label, value }) => ({
        __text: label,
        __value: value,
      })),
  },
];

function windowMsOf({ config }: AppContext): number {
  return config.bridge.window_seconds * 1000;
}

function answer(context: AppContext, reply: FastifyReply, body: Values): FastifyReply {
  const { data_retention_points: maxPoints } = context.config.grafana;
  const request = readQuery(body, { nowMs: context.clock(), windowMs: windowMsOf(context), maxPoints });
  const { bytes, release } = writeQuery(context.state, request);
  // The buffer is used again once the socket has it, or is gone.
  reply.raw.once('close', release);
  return reply.type(json).send(bytes);
}
