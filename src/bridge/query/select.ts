import { HttpError } from '../http/http-error.ts';
import { readSelection, TooManyNames, UnreplacedVariable } from './selection.ts';
import type { Selection } from './selection.ts';

/**
 * Names of a request's parameter.
 * @throws {HttpError} 400 for a variable that was not replaced and for more names than are read
 */
export function select(value: unknown): Selection {
  return refusing(() => readSelection(value));
}

/** What `read` gives; what it cannot read is the caller's fault, 400. */
export function refusing<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof UnreplacedVariable) {
      throw new HttpError(
        400,
        'F1_BRIDGE_QUERY',
        `Cannot read ${JSON.stringify(error.message)}: the variable ${error.variable} was not replaced`,
        `Define ${error.variable} as a variable of the dashboard, or name drivers and metrics`,
      );
    }
    if (error instanceof TooManyNames) {
      throw new HttpError(
        400,
        'F1_BRIDGE_QUERY',
        `Cannot read a list of names: ${error.message}`,
        'Ask for all of them with *, or in parts',
      );
    }
    throw error;
  }
}
