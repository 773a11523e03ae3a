import { resolve } from 'node:path';
import { describeDataFolder, findKafka, kafkaStatus } from '../../kafka/managed/index.ts';
import { ok, warn } from './check.ts';
import type { Check } from './check.ts';

/** Installed, running and answering, data folder usable. */
export const checkManagedKafka: Check = async ({ config, environment, signal }) => {
  const name = 'Managed Kafka';
  if (process.platform === 'win32') {
    return [warn(name, 'does not run on Windows', 'Use WSL2, Kafka in Docker, or --broker embedded')];
  }
  const dir = resolve(config.kafka.managed.dir);
  const installed = findKafka(dir, environment);
  if (installed === null) {
    return [warn(name, 'not installed; the embedded broker is used', 'Run: slipstream kafka install')];
  }
  const found = `${installed.version} (${installed.origin})`;
  const status = await kafkaStatus({ dir, signal });
  if (status.state === 'running')
    return [ok(name, `${found}, running on localhost:${status.port} (pid ${status.pid})`)];
  if (status.state === 'unusable') {
    const advice = 'Run: slipstream kafka stop, then slipstream kafka start';
    return [warn(name, `${found}, pid ${status.pid} runs but is not usable: ${status.failing}`, advice)];
  }
  const problem = describeDataFolder(dir, installed.version);
  if (problem === null) return [ok(name, `${found}, ${status.state}`)];
  return [
    warn(
      name,
      `${found}, but its data folder ${problem}`,
      'Run: slipstream kafka start --reset-data, or set kafka.managed.dir',
    ),
  ];
};
