import type { FastifyReply, FastifyRequest } from 'fastify';
import { answerTable } from '../rest/answer-table.ts';
import { createAnswerCache } from '../rest/answer-cache.ts';
import type { AnswerCache } from '../rest/answer-cache.ts';
import { tableContext } from '../rest/table-context.ts';
import { readTableRequest } from '../rest/table-request.ts';
import type { TableRequest } from '../rest/table-request.ts';
import { tables } from '../rest/tables/index.ts';
import { halfStepMs } from '../rest/telemetry-rows.ts';
import { headerText } from '../rest/write-table.ts';
import type { AppContext } from './app-context.ts';
import { valuesOf } from './request-values.ts';
import type { Route } from './route.ts';

/** Smaller answers gain nothing from compression. */
const leastGzipBytes = 1400;
/** How long an answer is shared [ms]. */
const sharing = { leastMs: 100, mostMs: 1000 } as const;

const commonQuery = {
  driver: 'codes or car numbers: VER, VER,HAM, (VER|HAM), {VER,HAM}, repeated; all when absent, * or $__all',
  fields: 'columns beside t and driver',
  time: 'what t is: published (epoch ms), session (s) or original (epoch ms)',
  from: 'start of the range, in the unit of t or ISO 8601',
  to: 'end of the range',
  maxPoints: 'time points; grafana.data_retention_points when absent',
  limit: 'rows, the newest are kept; 5000 when absent',
  fill: 'previous: rows of all drivers at common time points',
  notice: 'row: an empty answer has one row that says why',
  format: 'json or csv',
} as const;

/** Tables for Infinity and programs (PROTOCOL §7.2). */
export const tableRoutes: readonly Route[] = [
  route('telemetry', 'Telemetry of all drivers at common time points', {}),
  ...Object.entries(tables).map(([name, { summary, query }]) => route(name, summary, query ?? {})),
];

function route(name: string, summary: string, query: Readonly<Record<string, string>>): Route {
  return {
    method: 'GET',
    path: `/api/v1/${name}`,
    summary,
    query: { ...commonQuery, ...query },
    ...(name === 'sessions' ? { statuses: [503] } : {}),
    handler: (context, request, reply) => answer(name, context, request, reply),
  };
}

const caches = new WeakMap<AppContext, AnswerCache>();

function cacheOf(context: AppContext): AnswerCache {
  const known = caches.get(context);
  if (known !== undefined) return known;
  const cache = createAnswerCache();
  caches.set(context, cache);
  return cache;
}

async function answer(
  name: string,
  context: AppContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const nowMs = context.clock();
  const { data_retention_points: maxPoints } = context.config.grafana;
  const read = readTableRequest(valuesOf(request.query), request.headers.accept, { nowMs, maxPoints });
  const intervalMs = intervalOf(read, context.config.bridge.window_seconds * 1000);
  const wide = widened(read, intervalMs);
  const slot = Math.floor(nowMs / intervalMs);
  const key = `${name} ${slot} ${context.state.epoch} ${keyOf(wide)}`;
  const shared = await cacheOf(context).get(key, nowMs, (slot + 1) * intervalMs, () =>
    answerTable(name, tableContext(context, wide, nowMs)),
  );
  reply.header('vary', 'accept-encoding, accept');
  if (read.format === 'csv' && shared.notices.length > 0)
    reply.header('x-notices', headerText(shared.notices));
  reply.type(read.format === 'csv' ? 'text/csv; charset=utf-8' : 'application/json; charset=utf-8');
  const isSmall = shared.body.length < leastGzipBytes;
  if (isSmall || !acceptsGzip(request.headers['accept-encoding'])) return reply.send(shared.body);
  return reply.header('content-encoding', 'gzip').send(await shared.gzip());
}

/** True where a caller names gzip and does not give it the weight 0. */
function acceptsGzip(encodings: string | string[] = ''): boolean {
  return String(encodings)
    .toLowerCase()
    .split(',')
    .map((one) => one.split(';').map((part) => part.trim()))
    .some(([name, weight = '']) => name === 'gzip' && !/^q=0(?:\.0*)?$/u.test(weight));
}

/** Length of an interval of the answer, within bounds: what is newer than that is in no answer yet, or in an unfinished one. */
function intervalOf({ fromMs, toMs, maxPoints }: TableRequest, windowMs: number): number {
  const rangeMs = Number.isFinite(toMs - fromMs) ? toMs - fromMs : windowMs;
  return Math.min(sharing.mostMs, Math.max(sharing.leastMs, 2 * halfStepMs(rangeMs, maxPoints)));
}

/** The request with its range widened to whole intervals, so that callers a moment apart ask the same. */
function widened(request: TableRequest, intervalMs: number): TableRequest {
  return {
    ...request,
    fromMs: Math.floor(request.fromMs / intervalMs) * intervalMs,
    toMs: Math.ceil(request.toMs / intervalMs) * intervalMs,
  };
}

function keyOf({ values, ...request }: TableRequest): string {
  const { from: _, to: __, ...others } = values;
  return JSON.stringify([
    request.fromMs,
    request.toMs,
    request.time,
    request.format,
    Object.entries(others).sort(([a], [b]) => (a < b ? -1 : Number(a > b))),
  ]);
}
