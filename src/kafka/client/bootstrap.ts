import { F1Error } from '../../domain/errors.ts';
import type { Address } from './link.ts';

/** Reads 'host:port,[::1]:9092'; the port is 9092 where none is named. Throws F1_USAGE. */
export function parseBootstrap(text: string): Address[] {
  const addresses = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(parseAddress);
  if (addresses.length === 0) throw addressError(text);
  return addresses;
}

function parseAddress(text: string): Address {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:/]+))(?::(\d{1,5}))?$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3] ?? 9092);
  if (host === undefined || port < 1 || port > 65_535) throw addressError(text);
  return { host, port };
}

function addressError(text: string): F1Error {
  return new F1Error('F1_USAGE', `'${text}' is not a Kafka address`, {
    hint: 'Write host:port, several separated by commas: localhost:9092 or [::1]:9092',
    exitCode: 2,
  });
}
