import { F1Error } from '../../domain/errors.ts';
import { addressText } from './link.ts';
import type { KafkaLink } from './link.ts';
import { leg } from './with-timeout.ts';

const checkTimeoutMs = 4_500;

/**
 * Connects to every address that the cluster tells its clients to use: metadata works through a bootstrap address even
 * when producing and reading cannot. Throws F1_KAFKA_ADVERTISED within 5 s, F1_KAFKA_UNREACHABLE or _SECURITY.
 */
export async function checkAdvertisedOf(link: KafkaLink, bootstrap: string): Promise<void> {
  const { nodes } = await leg('metadata', checkTimeoutMs, 'F1_KAFKA_UNREACHABLE', () => link.metadata([]));
  await Promise.all(
    [...nodes].map(async ([id, address]) => {
      const text = addressText(address);
      try {
        await leg(`connecting to ${text}`, checkTimeoutMs, 'F1_KAFKA_UNREACHABLE', () => link.node(id));
      } catch (cause) {
        if (cause instanceof F1Error && cause.code === 'F1_KAFKA_SECURITY') throw cause;
        const reason = cause instanceof Error ? cause.message.replace(/^.*? failed: /, '') : String(cause);
        throw new F1Error(
          'F1_KAFKA_ADVERTISED',
          `The broker at ${bootstrap} tells clients to use ${text}, which this machine cannot reach: ${reason}`,
          {
            hint: `Set advertised.listeners of the broker to an address that this machine reaches, or make ${text} reachable from here`,
            cause,
            exitCode: 2,
          },
        );
      }
    }),
  );
}
