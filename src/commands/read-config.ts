import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { loadConfig, type LoadedConfig } from '../config/index.ts';

const packageRoot = resolve(import.meta.dirname, '../..');

/**
 * Configuration for a command line: `--config`, else `config/config.yaml` of the working directory, else the one
 * shipped with the package; `grafana_bridge_config.yaml` beside it overlays `grafana` and `bridge`.
 */
export async function readConfig(options: {
  readonly config?: string;
  readonly set?: readonly string[];
}): Promise<LoadedConfig> {
  const own = resolve('config/config.yaml');
  const file = options.config ?? (existsSync(own) ? own : resolve(packageRoot, 'config/config.yaml'));
  return loadConfig({
    file,
    overlayFile: resolve(file, '../grafana_bridge_config.yaml'),
    environment: process.env,
    sets: options.set ?? [],
  });
}
