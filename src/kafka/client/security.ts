import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import type { ConnectionOptions } from '@platformatic/kafka';
import type { Config } from '../../config/schema.ts';
import { F1Error } from '../../domain/errors.ts';
import type { Address } from './link.ts';

/** The section `kafka.security` of the configuration. */
export type KafkaSecurity = Config['kafka']['security'];

/** Plain text, no authentication. */
export const plaintext: KafkaSecurity = {
  protocol: 'PLAINTEXT',
  mechanism: null,
  username: null,
  password: null,
  ca_file: null,
};

/**
 * TLS and SASL options of the client library. Throws F1_KAFKA_SECURITY when the section contradicts itself or the
 * authority's file cannot be read.
 */
export async function securityOptions(
  security: KafkaSecurity,
  bootstrap: readonly Address[],
): Promise<Pick<ConnectionOptions, 'tls' | 'tlsServerName' | 'sasl'>> {
  const { protocol, mechanism, username, password, ca_file: caFile } = security;
  const usesSasl = protocol.startsWith('SASL');
  const options: Pick<ConnectionOptions, 'tls' | 'tlsServerName' | 'sasl'> = {};
  if (protocol.endsWith('SSL')) {
    options.tls = caFile === null ? {} : { ca: await readAuthority(caFile) };
    options.tlsServerName = bootstrap.every(({ host }) => isIP(host) === 0);
  }
  if (!usesSasl && mechanism !== null) {
    throw securityError(
      `kafka.security.mechanism is ${mechanism} but kafka.security.protocol is ${protocol}, which has no SASL`,
      `Set kafka.security.protocol to ${protocol === 'SSL' ? 'SASL_SSL' : 'SASL_PLAINTEXT'}, or mechanism to null`,
    );
  }
  if (!usesSasl) return options;
  if (mechanism === null || username === null || password === null) {
    throw securityError(
      `kafka.security.protocol is ${protocol} but mechanism, username or password is not set`,
      'Set kafka.security.mechanism and username, and the password as SLIPSTREAM_KAFKA__SECURITY__PASSWORD',
    );
  }
  options.sasl = { mechanism, username, password };
  return options;
}

async function readAuthority(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new F1Error('F1_KAFKA_SECURITY', `kafka.security.ca_file '${path}' cannot be read`, {
      cause,
      exitCode: 2,
      hint: 'Set it to the PEM file of the authority that signed the certificate of the broker',
    });
  }
}

function securityError(message: string, hint: string): F1Error {
  return new F1Error('F1_KAFKA_SECURITY', message, { hint, exitCode: 2 });
}
