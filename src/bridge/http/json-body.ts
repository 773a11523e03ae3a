import { badRequest } from './http-error.ts';

/** Deepest nesting that a body may have: no contract needs more, and walking deeper ones exhausts the stack. */
export const maxDepth = 64;

/**
 * JSON of a request body, whatever its content type says; an empty body is `{}`.
 * @throws {HttpError} 400 when it is not JSON or nested too deep
 */
export function parseJsonBody(text: string): unknown {
  const trimmed = text.startsWith('\uFEFF') ? text.slice(1) : text;
  if (trimmed.trim() === '') return {};
  if (depthOf(trimmed) > maxDepth) {
    throw badRequest(`Cannot read a body nested deeper than ${maxDepth} levels`, 'Send a flatter body');
  }
  try {
    return JSON.parse(trimmed);
  } catch {
    throw badRequest('Cannot read the body: it is not JSON', 'Send a JSON object, or nothing');
  }
}

/** Deepest nesting of brackets outside strings. O(length), stops at the limit. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let isInString = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (isInString) {
      if (code === 0x5c) i++;
      else if (code === 0x22) isInString = false;
    } else if (code === 0x22) isInString = true;
    else if (code === 0x5b || code === 0x7b) {
      depth++;
      if (depth > deepest) deepest = depth;
      if (deepest > maxDepth) return deepest;
    } else if (code === 0x5d || code === 0x7d) depth--;
  }
  return deepest;
}
