import { findErrorBy } from '@platformatic/kafka';
import { F1Error } from '../../domain/errors.ts';

/** Kafka's names of the errors that this client reacts to by name. */
export type KafkaErrorName = string;

interface Flat {
  readonly names: readonly KafkaErrorName[];
  readonly codes: readonly string[];
  readonly text: string;
}

/** True when this error, or one inside it, is the protocol error of that name. */
export function isKafkaError(error: unknown, ...names: readonly KafkaErrorName[]): boolean {
  const flat = flatten(error);
  return names.some((name) => flat.names.includes(name));
}

/** All names, codes and messages of an error tree. */
function flatten(error: unknown): Flat {
  const names: string[] = [];
  const codes: string[] = [];
  const texts: string[] = [];
  const seen = new Set<unknown>();
  const visit = (node: unknown): void => {
    if (!(node instanceof Error) || seen.has(node)) return;
    seen.add(node);
    texts.push(node.message);
    if ('apiId' in node && typeof node.apiId === 'string') names.push(node.apiId);
    if ('code' in node && typeof node.code === 'string') codes.push(node.code);
    if ('serverErrorMessage' in node && typeof node.serverErrorMessage === 'string')
      texts.push(node.serverErrorMessage);
    if (node instanceof AggregateError) for (const inner of node.errors) visit(inner);
    visit(node.cause);
  };
  visit(error);
  return { names, codes, text: texts.join('; ') };
}

const tlsCodes = /^(ERR_SSL|ERR_TLS|EPROTO|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|HOSTNAME_MISMATCH)/;

/**
 * One F1Error for whatever the client library throws: the failing layer (network, TLS, SASL, permission, protocol)
 * and what to change; secrets are never part of it. `what` begins the message: 'Connecting to localhost:9092 failed'.
 */
export function translateError(error: unknown, what: string): F1Error {
  if (error instanceof F1Error) return error;
  const flat = flatten(error);
  const security = (reason: string, hint: string): F1Error =>
    new F1Error('F1_KAFKA_SECURITY', `${what}: ${reason}`, { hint, cause: error, exitCode: 2 });
  if (flat.names.includes('UNSUPPORTED_SASL_MECHANISM')) {
    return security(
      'the broker does not offer this SASL mechanism on that listener',
      'Set kafka.security.mechanism to one that the listener enables (PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512)',
    );
  }
  if (flat.names.includes('SASL_AUTHENTICATION_FAILED') || flat.codes.includes('PLT_KFK_AUTHENTICATION')) {
    const isState = flat.names.includes('ILLEGAL_SASL_STATE');
    return isState
      ? security(
          'the listener does not use SASL',
          'Set kafka.security.protocol to PLAINTEXT or SSL, or use the SASL listener',
        )
      : security(
          'SASL refused user name or password',
          'Check kafka.security.username and SLIPSTREAM_KAFKA__SECURITY__PASSWORD',
        );
  }
  if (flat.names.includes('ILLEGAL_SASL_STATE')) {
    return security(
      'the listener does not use SASL',
      'Set kafka.security.protocol to PLAINTEXT or SSL, or use the SASL listener',
    );
  }
  if (flat.text.includes('Broker requires TLS')) {
    return security(
      'the listener uses TLS, this client does not',
      'Set kafka.security.protocol to SSL or SASL_SSL',
    );
  }
  if (flat.text.includes('verify the broker supports TLS') || flat.text.includes('wrong version number')) {
    return security(
      'the listener does not use TLS',
      'Set kafka.security.protocol to PLAINTEXT or SASL_PLAINTEXT',
    );
  }
  if (flat.codes.some((code) => tlsCodes.test(code))) {
    return security(
      `TLS does not trust the certificate of the broker (${flat.codes.find((code) => tlsCodes.test(code))})`,
      'Set kafka.security.ca_file to the PEM file of the authority that signed it, and use a host name it contains',
    );
  }
  const denied = flat.names.find((name) => name.endsWith('AUTHORIZATION_FAILED'));
  if (denied !== undefined) {
    return security(
      `the broker denies it (${denied})`,
      'Grant the user the right on this topic, group or cluster with kafka-acls',
    );
  }
  if (flat.names.includes('UNSUPPORTED_VERSION')) {
    return new F1Error('F1_KAFKA_UNREACHABLE', `${what}: the broker is too old or too new for this client`, {
      hint: 'Use Apache Kafka 3.5 or newer',
      cause: error,
      exitCode: 2,
    });
  }
  if (flat.names.length > 0) {
    const text = flat.text.replace(/^Received response with error while executing API /, '');
    return new F1Error('F1_KAFKA_REFUSED', `${what}: ${[...new Set(flat.names)].join(', ')} (${text})`, {
      hint: 'Look into the log of the broker',
      cause: error,
      canRetry: error instanceof Error && findErrorBy(error, 'canRetry', false) === null,
    });
  }
  return new F1Error(
    'F1_KAFKA_UNREACHABLE',
    `${what}: ${networkReason(flat, what.startsWith('Connecting'))}`,
    {
      hint: 'Start Kafka (slipstream kafka start), or set kafka.bootstrap_servers to a running broker',
      cause: error,
      canRetry: true,
    },
  );
}

function networkReason(flat: Flat, isConnecting: boolean): string {
  if (flat.codes.includes('ECONNREFUSED')) return 'nothing listens there (connection refused)';
  if (flat.codes.includes('ENOTFOUND') || flat.codes.includes('EAI_AGAIN'))
    return 'the host name is not known here';
  if (flat.codes.some((code) => code === 'EHOSTUNREACH' || code === 'ENETUNREACH'))
    return 'there is no route to the host';
  if (/timed? ?out/i.test(flat.text)) return 'no answer in time';
  if (/closed/i.test(flat.text))
    return `the connection was closed by the other side${isConnecting ? ' (is that a Kafka listener?)' : ''}`;
  return flat.text || 'unknown reason';
}

/** F1_KAFKA_SECURITY: access control hides this topic from the user. */
export function deniedTopicError(topic: string): F1Error {
  return new F1Error(
    'F1_KAFKA_SECURITY',
    `The broker denies access to topic '${topic}' (TOPIC_AUTHORIZATION_FAILED)`,
    {
      hint: 'Grant the user the right to describe, write and read this topic with kafka-acls',
      exitCode: 2,
    },
  );
}
