import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AppContext } from './app-context.ts';

/** One route of PROTOCOL §7: what the app registers and `GET /openapi.json` describes. */
export interface Route {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** One sentence. */
  readonly summary: string;
  /** Query parameters with what they mean. */
  readonly query?: Readonly<Record<string, string>>;
  /** What the body holds; absent = no body is read. */
  readonly body?: string;
  /** Content type of the answer, JSON unless said. */
  readonly answerType?: string;
  /** Statuses that it answers with besides 200, 400 and 500. */
  readonly statuses?: readonly number[];
  /** True when Host, Origin and token are checked. */
  readonly isStateChanging?: boolean;
  readonly handler: (context: AppContext, request: FastifyRequest, reply: FastifyReply) => unknown;
}
