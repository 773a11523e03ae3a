import type { Route } from './route.ts';

/** OpenAPI 3.1 document of a route table. */
export function openApiOf(routes: readonly Route[], version: string): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    const operations = (paths[route.path] ??= {});
    operations[route.method.toLowerCase()] = operationOf(route);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Slipstream bridge',
      version,
      description: 'Telemetry, timing, alerts and replay control. Unofficial, not associated with Formula 1.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '.' }],
    paths,
    components: {
      schemas: {
        Error: {
          type: 'object',
          required: ['error', 'code', 'hint'],
          properties: { error: { type: 'string' }, code: { type: 'string' }, hint: { type: 'string' } },
        },
      },
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
    },
  };
}

function operationOf({
  method,
  path,
  summary,
  query,
  body,
  answerType,
  statuses,
  isStateChanging,
}: Route): object {
  const responses: Record<string, object> = {
    200: { description: 'OK', content: { [answerType ?? 'application/json']: {} } },
  };
  const failed = { content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } } };
  for (const status of [400, 500, ...(statuses ?? [])]) {
    const description = descriptions[status] ?? String(status);
    responses[status] = status < 400 ? { description } : { description, ...failed };
  }
  return {
    operationId: `${method.toLowerCase()}${path.replaceAll(/[^a-z0-9]+(.)?/giu, (_, letter?: string) => (letter ?? '').toUpperCase()) || 'Health'}`,
    summary,
    ...(query === undefined
      ? {}
      : {
          parameters: Object.entries(query).map(([name, description]) => ({
            name,
            in: 'query',
            description,
            schema: { type: 'string' },
          })),
        }),
    ...(body === undefined
      ? {}
      : {
          requestBody: { description: body, content: { 'application/json': { schema: { type: 'object' } } } },
        }),
    ...(isStateChanging === true ? { security: [{}, { token: [] }] } : {}),
    responses,
  };
}

const descriptions: Readonly<Record<number, string>> = {
  101: 'Switching to the WebSocket protocol',
  202: 'Accepted',
  302: 'The page',
  400: 'Bad request',
  401: 'The token is missing or wrong',
  403: 'Origin or Host is not allowed',
  404: 'Not found',
  429: 'Too many',
  500: 'The bridge failed',
  503: 'Unavailable',
};
