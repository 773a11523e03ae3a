import { F1Error } from '../../domain/errors.ts';
import { putDataAside } from './data-folder.ts';
import { takeLock } from './lock.ts';
import { managedPaths } from './paths.ts';
import { existingPath } from './stop.ts';

/**
 * Puts the data of a managed broker aside: renamed, never deleted. Returns its new path, null when there was none.
 * Throws F1_KAFKA_LOCKED while a broker (or a start) has the folder.
 */
export function resetData(dir: string, now: Date = new Date()): string | null {
  const paths = managedPaths(existingPath(dir));
  const { held, holder } = takeLock(paths.lock, { port: 0, controllerPort: 0, kafkaVersion: '' });
  if (held === null) {
    throw new F1Error('F1_KAFKA_LOCKED', `Cannot put the data aside: Kafka is running (pid ${holder.pid})`, {
      hint: `Run: slipstream kafka stop --dir ${paths.dir}`,
      exitCode: 2,
    });
  }
  try {
    return putDataAside(paths, now);
  } finally {
    held.release();
  }
}
