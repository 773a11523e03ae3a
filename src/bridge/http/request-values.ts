import { badRequest } from './http-error.ts';

/** A request's values by name, as sent: nothing about them is known. */
export type Values = Readonly<Record<string, unknown>>;

/** The value as an object with named values; an empty one for anything else. */
export function valuesOf(value: unknown): Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Values) : {};
}

/**
 * A whole number of a request, also as text; `fallback` when absent. Fractions are cut, what is above `max` becomes `max`.
 * @throws {HttpError} 400 for anything below `min` and for what is no number
 */
export function readCount(
  name: string,
  value: unknown,
  range: { fallback: number; min: number; max: number },
): number {
  if (value === undefined || value === null || value === '') return range.fallback;
  const text = typeof value === 'string' ? value.trim() : value;
  const number = typeof text === 'string' && /^\d+(?:\.\d+)?(?:e\+?\d+)?$/iu.test(text) ? Number(text) : text;
  if (typeof number === 'number' && number >= range.min) return Math.min(range.max, Math.floor(number));
  throw badRequest(
    `${name} must be a number of at least ${range.min}: current value is ${String(JSON.stringify(value)).slice(0, 60)}`,
    `Leave ${name} out for ${range.fallback}`,
  );
}

/** A request body that is a JSON object; absent and empty bodies are `{}`. */
export function readBody(body: unknown): Values {
  if (body === undefined || body === null) return {};
  if (typeof body === 'object' && !Array.isArray(body)) return body as Values;
  throw badRequest('Cannot read a body that is not a JSON object', 'Send a JSON object, or nothing');
}
