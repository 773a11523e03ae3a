import { badRequest } from '../http/http-error.ts';
import { channelIndices } from './live-frames.ts';

const maxNames = 100;

/** Text of a message in any of the forms that `ws` hands over. */
export function textOf(data: Buffer | ArrayBuffer | Buffer[]): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString();
  return data instanceof ArrayBuffer ? Buffer.from(data).toString() : data.toString();
}

/**
 * A client's message as an object.
 * @throws {HttpError} 400 when it is not a JSON object
 */
export function parseMessage(text: string): object {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    throw badRequest('Cannot read a message that is not JSON', 'Send one JSON object in a text frame');
  }
  if (typeof message === 'object' && message !== null && !Array.isArray(message)) return message;
  throw badRequest('Cannot read a message that is not a JSON object', 'Send one JSON object in a text frame');
}

/** Fields of `subscribe`, checked and in one order, so that equal wishes make equal keys. */
export function readSubscription(message: object): { drivers: string[]; channels: number[]; hz: number } {
  const { drivers, channels, hz }: { drivers?: unknown; channels?: unknown; hz?: unknown } = message;
  const codes = readNames('drivers', drivers).map((code) => code.toUpperCase());
  const indices = channelIndices(readNames('channels', channels));
  if (indices === null)
    throw badRequest('Cannot subscribe to an unknown channel', 'Channels are the metrics of POST /search');
  const rate = hz ?? 0;
  if (typeof rate !== 'number' || !(rate === 0 || (rate >= 0.1 && rate <= 60))) {
    throw badRequest(
      `hz must be 0 or 0.1–60: current value is ${String(JSON.stringify(rate)).slice(0, 60)}`,
      'Leave hz out for every point as it comes',
    );
  }
  return { drivers: [...new Set(codes)].sort(), channels: indices, hz: rate };
}

function readNames(field: string, value: unknown): string[] {
  const isNames =
    Array.isArray(value) &&
    value.length <= maxNames &&
    value.every((name) => typeof name === 'string' && name.length <= 40);
  if (value === undefined || value === null) return [];
  if (isNames) return value.map(String);
  throw badRequest(`${field} must be an array of at most ${maxNames} names`, 'An empty array means all');
}
