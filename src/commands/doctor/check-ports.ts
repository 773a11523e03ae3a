import { findKafka, kafkaStatus } from '../../kafka/managed/index.ts';
import { describePortConflict, findPortConflict } from '../../util/port-owner.ts';
import { managedOptions } from '../managed-options.ts';
import { ok, warn } from './check.ts';
import type { Check, CheckResult } from './check.ts';

/** The bridge's port, and the two of managed Kafka where it is installed: free, or taken by whom. */
export const checkPorts: Check = async ({ config, environment, signal }) => {
  const bridgePort = config.grafana.bridge_port;
  const results = [await checkPort('Bridge port', bridgePort, 'grafana.bridge_port or --bridge-port')];
  const { dir, port, controllerPort } = managedOptions(config);
  if (findKafka(dir, environment) === null) return results;
  const status = await kafkaStatus({ dir, signal });
  for (const [name, number, key] of [
    ['Kafka port', port, 'kafka.bootstrap_servers'],
    ['Kafka controller port', controllerPort, 'kafka.managed.controller_port'],
  ] as const) {
    const isOurs = status.pid !== null && (status.port === number || status.controllerPort === number);
    results.push(
      isOurs ? ok(name, `${number}, our broker (pid ${status.pid})`) : await checkPort(name, number, key),
    );
  }
  return results;
};

async function checkPort(name: string, port: number, key: string): Promise<CheckResult> {
  if (port === 0) return ok(name, 'any free one');
  const conflict = await findPortConflict(port);
  if (conflict === null) return ok(name, `${port} is free`);
  return warn(name, describePortConflict(conflict), `End that process, or choose another port: ${key}`);
}
