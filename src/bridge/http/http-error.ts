import { F1Error } from '../../domain/errors.ts';
import type { ErrorCode } from '../../domain/errors.ts';

/** Body of every error answer (PROTOCOL §7.1). */
export interface ErrorBody {
  readonly error: string;
  readonly code: ErrorCode;
  readonly hint: string;
}

export type ErrorStatus = 400 | 401 | 403 | 404 | 405 | 413 | 415 | 429 | 500 | 503;

/** A refusal that the HTTP layer answers with its status. */
export class HttpError extends F1Error {
  readonly status: ErrorStatus;

  constructor(status: ErrorStatus, code: ErrorCode, message: string, hint: string) {
    super(code, message, { hint, canRetry: status === 429 || status === 503 });
    this.name = 'HttpError';
    this.status = status;
  }
}

/** 400 with the code of malformed requests. */
export function badRequest(message: string, hint: string): HttpError {
  return new HttpError(400, 'F1_BRIDGE_BAD_REQUEST', message, hint);
}

/** Body for an error that is known; anything else becomes F1_INTERNAL without inner details. */
export function errorBody(error: unknown): ErrorBody {
  if (error instanceof F1Error) return { error: error.message, code: error.code, hint: error.hint };
  return {
    error: 'The bridge failed on this request',
    code: 'F1_INTERNAL',
    hint: 'The log of the bridge holds the details; please report them',
  };
}
