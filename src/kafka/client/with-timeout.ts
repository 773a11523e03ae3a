import { F1Error } from '../../domain/errors.ts';
import type { ErrorCode } from '../../domain/errors.ts';
import { translateError } from './kafka-error.ts';

/**
 * One leg of a check: its answer, or an error that names the leg, also when no answer came within `timeoutMs`. The
 * work itself is not cancelled; its late answer is ignored.
 */
export async function leg<T>(
  name: string,
  timeoutMs: number,
  code: ErrorCode,
  work: () => Promise<T>,
): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const hint =
    'Look into the log of the broker, or restart it (slipstream kafka stop, slipstream kafka start)';
  const timer = setTimeout(() => {
    const message = `Kafka did not answer within ${timeoutMs} ms: ${name}`;
    reject(new F1Error(code, message, { hint, canRetry: true }));
  }, timeoutMs);
  try {
    return await Promise.race([work(), late]);
  } catch (error) {
    throw translateError(error, `Kafka check '${name}' failed`);
  } finally {
    clearTimeout(timer);
  }
}
