import type { FastifyRequest } from 'fastify';
import type { AppContext } from './app-context.ts';
import { HttpError } from './http-error.ts';
import { checkCommand, publishCommand } from './replay-command.ts';
import { bearerToken } from './request-guard.ts';
import type { Caller } from './request-guard.ts';
import type { Route } from './route.ts';

const publishTimeoutMs = 4000;
const maxCommandsPerS = 20;

/** State of the replay and its control. */
export const replayRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/replay',
    summary: 'The last state of the replay; null before the first',
    handler: ({ state }) => state.replay,
  },
  {
    method: 'POST',
    path: '/replay',
    summary: 'Sends a command to the replay',
    body: '{"command": "pause|resume|step|seek|speed|restart|load|drivers|loop|stop", "value": …}',
    statuses: [202, 401, 403, 429, 503],
    isStateChanging: true,
    async handler(context, request, reply) {
      const id = await runCommand(
        context,
        callerOf(request),
        bearerToken(request.headers),
        request.body,
        request.headers.origin === undefined ? 'api' : 'page',
      );
      return reply.code(202).send({ accepted: true, command_id: id });
    },
  },
];

/**
 * Checks who asks and what, then publishes. Host and Origin, token, rate, form and broker are checked in this order.
 * @throws {HttpError} 400, 401, 403, 429, 503
 */
export async function runCommand(
  context: AppContext,
  caller: Caller,
  token: string | null,
  body: unknown,
  by: string,
): Promise<string> {
  const { guard, broker, config, clock, watch, recentCommandsMs } = context;
  guard.checkOrigin(caller);
  guard.checkToken(caller, token);
  const nowMs = clock();
  while (recentCommandsMs.length > 0 && Math.abs(nowMs - recentCommandsMs[0]!) >= 1000)
    recentCommandsMs.shift();
  if (recentCommandsMs.length >= maxCommandsPerS) {
    throw new HttpError(
      429,
      'F1_BRIDGE_BUSY',
      `More than ${maxCommandsPerS} commands in a second`,
      'Send fewer commands',
    );
  }
  recentCommandsMs.push(nowMs);
  const command = checkCommand(body);
  if (watch.failure !== null) {
    throw new HttpError(
      503,
      'F1_BRIDGE_UNAVAILABLE',
      `The broker does not answer: ${watch.failure}`,
      'Start the broker, then send the command again',
    );
  }
  const topic = config.kafka.topics.control;
  return publishCommand({ broker, topic, command, by, nowMs, timeoutMs: publishTimeoutMs });
}

/** Address and headers of a request. */
export function callerOf(request: FastifyRequest): Caller {
  return { remoteAddress: request.raw.socket.remoteAddress, headers: request.headers };
}
