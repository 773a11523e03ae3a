import type { IncomingMessage } from 'node:http';
import cors from '@fastify/cors';
import fastifyStatic from '@fastify/static';
import websocket from '@fastify/websocket';
import Fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import { messageOf } from '../../domain/errors.ts';
import type { AppContext } from './app-context.ts';
import { errorBody, HttpError } from './http-error.ts';
import { parseJsonBody } from './json-body.ts';
import { openApiOf } from './openapi.ts';
import { queryRoutes } from './query-routes.ts';
import { callerOf, replayRoutes } from './replay-routes.ts';
import type { Route } from './route.ts';
import { statusRoutes } from './status-routes.ts';
import { tableRoutes } from './table-routes.ts';

/** Largest request body. */
export const bodyLimitBytes = 1024 * 1024;
/** How much of a refused body is read so that its sender sees the answer, and for how long. */
const maxDrainedBytes = 32 * 1024 * 1024;
const maxDrainMs = 5000;
/** Largest message of a WebSocket client. */
export const messageLimitBytes = 64 * 1024;

const pageHeaders = {
  'content-security-policy':
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
} as const;

/** Every route of the bridge but `/app/` (files) in the order of PROTOCOL §7. */
export const routes: readonly Route[] = [
  ...statusRoutes,
  ...queryRoutes,
  ...tableRoutes,
  ...replayRoutes,
  {
    method: 'GET',
    path: '/metrics',
    summary: 'Prometheus exposition',
    answerType: 'text/plain',
    async handler({ metrics }, _, reply) {
      return reply.type(metrics.contentType).send(await metrics.text());
    },
  },
  {
    method: 'GET',
    path: '/openapi.json',
    summary: 'This table as OpenAPI 3.1',
    handler: ({ version }) => openApiOf(routes, version),
  },
  {
    method: 'GET',
    path: '/ws',
    summary: 'WebSocket: snapshot, then deltas (PROTOCOL §8)',
    statuses: [101, 403],
    handler: () => {
      throw new HttpError(
        400,
        'F1_BRIDGE_BAD_REQUEST',
        'Cannot answer /ws without a WebSocket upgrade',
        'Open it as a WebSocket; a proxy must pass the Upgrade header on',
      );
    },
  },
];

/** What dashboards and programs ask for data: answers are counted by endpoint and status, refusals too. */
const queries = new Set([...queryRoutes, ...tableRoutes].map(({ method, path }) => `${method} ${path}`));

/** The HTTP application without a listener: tests `inject()` into it. */
export async function buildApp(context: AppContext, onSocket: SocketHandler): Promise<FastifyInstance> {
  const app = Fastify({
    bodyLimit: bodyLimitBytes,
    forceCloseConnections: true,
    frameworkErrors: (error, _, reply) => {
      const known = knownError(error);
      reply.hijack();
      reply.raw.writeHead(known.status, { 'content-type': 'application/json; charset=utf-8' });
      reply.raw.end(JSON.stringify(errorBody(known)));
    },
    // A page left open must not keep the bridge from closing; slow bodies must not keep sockets.
    requestTimeout: 30_000,
    keepAliveTimeout: 72_000,
    routerOptions: { ignoreTrailingSlash: true, ignoreDuplicateSlashes: true, maxParamLength: 500 },
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (request, body, done) => {
    try {
      const encoding = request.headers['content-encoding'];
      if (encoding !== undefined && encoding !== 'identity') {
        throw new HttpError(
          415,
          'F1_BRIDGE_MEDIA_TYPE',
          `Cannot read a body in ${encoding}`,
          'Send it uncompressed',
        );
      }
      done(null, parseJsonBody(String(body)));
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)));
    }
  });
  app.addHook('onRequest', async ({ headers }) => {
    // Bodies are read as JSON whatever the type says, also when it is no type at all.
    if (headers['content-type'] !== undefined) headers['content-type'] = 'application/json';
  });
  app.addHook('onSend', async (_, reply) => {
    reply.headers({
      'x-content-type-options': 'nosniff',
      ...(reply.hasHeader('cache-control') ? {} : { 'cache-control': 'no-store' }),
    });
  });
  app.addHook('onResponse', async ({ method, routeOptions }, { statusCode, elapsedTime }) => {
    context.metrics.countRequest(statusCode);
    const { url = '' } = routeOptions;
    if (queries.has(`${method} ${url}`)) context.metrics.observeQuery(url, statusCode, elapsedTime / 1000);
  });
  app.setErrorHandler(async (error, request, reply) => {
    const known = knownError(error);
    if (known.status === 413) await drain(request.raw);
    if (known.status >= 500 && !(error instanceof HttpError)) {
      context.log.error(`${request.method} ${request.url.slice(0, 200)} failed: ${messageOf(error)}`, {
        error,
      });
    }
    return reply.code(known.status).type('application/json; charset=utf-8').send(errorBody(known));
  });
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0]?.replace(/(?<=.)\/+$/u, '') ?? '';
    const allowed = routes.filter((route) => route.path === path).map(({ method }) => method);
    if (allowed.length > 0) {
      const allow = allowed.includes('GET')
        ? ['GET', 'HEAD', ...allowed.filter((method) => method !== 'GET')]
        : allowed;
      const { method } = request;
      throw Object.assign(
        new HttpError(405, 'F1_BRIDGE_METHOD', `Cannot ${method} ${path}`, `Use ${allow.join(', ')}`),
        void reply.header('allow', allow.join(', ')),
      );
    }
    const shown = JSON.stringify(path.slice(0, 100));
    throw new HttpError(
      404,
      'F1_BRIDGE_NOT_FOUND',
      `There is nothing at ${shown}`,
      'GET /openapi.json lists every route',
    );
  });
  // Data sources that ask from the browser need to read answers; steering is checked by Origin, not by CORS.
  await app.register(cors, {
    origin: '*',
    methods: ['GET', 'HEAD', 'POST', 'OPTIONS'],
    allowedHeaders: ['accept', 'content-type'],
    maxAge: 600,
    strictPreflight: false,
  });
  await app.register(websocket, { options: { maxPayload: messageLimitBytes, perMessageDeflate: false } });
  // After the plugin's own hook, which tells upgrades apart.
  app.addHook('onRequest', async ({ ws, routeOptions }) => {
    if (ws && routeOptions.url !== '/ws') {
      throw new HttpError(
        400,
        'F1_BRIDGE_BAD_REQUEST',
        'Cannot open a WebSocket at this address',
        'The WebSocket is at /ws',
      );
    }
  });
  addRoutes(app, context, onSocket);
  await addPage(app, context);
  await app.ready();
  return app;
}

/** Takes over an opened socket; must attach its listeners before it returns. */
export type SocketHandler = (socket: import('ws').WebSocket, caller: ReturnType<typeof callerOf>) => void;

function addRoutes(app: FastifyInstance, context: AppContext, onSocket: SocketHandler): void {
  for (const route of routes) {
    if (route.path === '/ws') {
      app.route({
        method: 'GET',
        url: route.path,
        exposeHeadRoute: false,
        onRequest: async (request) => {
          if (request.ws) context.guard.checkOrigin(callerOf(request));
        },
        handler: (request, reply) => route.handler(context, request, reply),
        wsHandler: (socket, request) => onSocket(socket, callerOf(request)),
      });
      continue;
    }
    app.route({
      method: route.method,
      url: route.path,
      ...(route.isStateChanging === true
        ? { onRequest: async (request) => context.guard.checkOrigin(callerOf(request)) }
        : {}),
      handler: async (request, reply) => route.handler(context, request, reply),
    });
  }
}

async function addPage(app: FastifyInstance, { webRoot }: AppContext): Promise<void> {
  if (webRoot === null) {
    app.get('/app', () => {
      throw new HttpError(
        404,
        'F1_BRIDGE_NOT_FOUND',
        'This bridge serves no page',
        'Start it without --no-page, after npm run build:web',
      );
    });
    return;
  }
  await app.register(fastifyStatic, {
    root: webRoot,
    prefix: '/app/',
    index: false,
    setHeaders: (response, path) => {
      for (const [name, value] of Object.entries(pageHeaders)) response.header(name, value);
      // File names of the build hold a hash, except the page itself.
      const isHashed = /-[\w-]{8,}\.\w+$/u.test(path);
      response.header('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  // Both spellings lead here because a trailing slash is ignored; relative addresses in the page need the slash.
  app.get('/app', (request, reply) => {
    const [path = '', query] = request.url.split('?');
    if (path.endsWith('/')) return reply.sendFile('index.html');
    return reply.redirect(query === undefined ? 'app/' : `app/?${query}`, 302);
  });
}

/**
 * Reads and forgets the rest of a refused body, within limits. Most clients send all of it before they read: a
 * connection closed on them would lose the answer.
 */
function drain(body: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    let bytes = 0;
    const done = (): void => {
      clearTimeout(timer);
      body.off('data', count).off('end', done).off('close', done);
      resolve();
    };
    const count = (chunk: Buffer | string): void => {
      bytes += chunk.length;
      if (bytes > maxDrainedBytes) done();
    };
    const timer = setTimeout(done, maxDrainMs);
    if (body.complete || body.destroyed) return done();
    body.on('data', count).on('end', done).on('close', done);
    body.resume();
  });
}

function knownError(error: unknown): HttpError {
  if (error instanceof HttpError) return error;
  const { statusCode, code }: { statusCode?: unknown; code?: unknown } = Object(error);
  if (statusCode === 413) {
    return new HttpError(
      413,
      'F1_BRIDGE_TOO_LARGE',
      `The body is over ${bodyLimitBytes} bytes`,
      'Send less at once',
    );
  }
  if (statusCode === 415) {
    return new HttpError(
      415,
      'F1_BRIDGE_MEDIA_TYPE',
      'The content type cannot be read',
      'Send application/json',
    );
  }
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500) {
    const text = typeof code === 'string' ? `${messageOf(error)} (${code})` : messageOf(error);
    return new HttpError(400, 'F1_BRIDGE_BAD_REQUEST', text, 'GET /openapi.json describes every route');
  }
  return new HttpError(
    500,
    'F1_INTERNAL',
    'The bridge failed on this request',
    'The log of the bridge holds the details; please report them',
  );
}
