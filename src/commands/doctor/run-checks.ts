import { messageOf } from '../../domain/errors.ts';
import { warn } from './check.ts';
import type { Check, CheckContext, CheckResult } from './check.ts';
import { checkBroker } from './check-broker.ts';
import { checkDisk, checkFolders } from './check-folders.ts';
import { checkManagedKafka } from './check-managed-kafka.ts';
import { checkPorts } from './check-ports.ts';
import { checkBrowser, checkDependencies, checkJava, checkMaven, checkNode } from './check-programs.ts';
import { checkRace } from './check-race.ts';

const checks: readonly (readonly [string, Check])[] = [
  ['Node', checkNode],
  ['Dependencies', checkDependencies],
  ['Java', checkJava],
  ['Maven', checkMaven],
  ['Managed Kafka', checkManagedKafka],
  ['Ports', checkPorts],
  ['Broker', checkBroker],
  ['Folders', checkFolders],
  ['Disk', checkDisk],
  ['Race', checkRace],
  ['Browser', checkBrowser],
];

/** Runs every check (and `more`) at once, results in a fixed order; each ends within about 10 seconds. */
export async function runChecks(
  context: CheckContext,
  more: readonly (readonly [string, Check])[] = [],
): Promise<CheckResult[]> {
  const results = await Promise.all(
    [...checks, ...more].map(async ([name, check]) => {
      try {
        return await check(context);
      } catch (error) {
        context.signal.throwIfAborted();
        return [warn(name, `the check itself failed: ${messageOf(error)}`, 'Run it again with --verbose')];
      }
    }),
  );
  return results.flat();
}
