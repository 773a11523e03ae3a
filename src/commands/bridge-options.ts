import { type Command, Option } from 'commander';
import type { Config } from '../config/schema.ts';
import { F1Error } from '../domain/errors.ts';

/** Options that `bridge` and `start` share. */
export interface BridgeOptions {
  readonly bridgePort?: number;
  readonly bridgeHost?: string;
  readonly page: boolean;
}

/** Adds the options of a bridge. */
export function addBridgeOptions(command: Command): void {
  command
    .addOption(
      new Option('--bridge-port <port>', 'port of page and API; 0 = any free one').argParser(parsePort),
    )
    .option('--bridge-host <host>', '127.0.0.1 (loopback) or 0.0.0.0 (every network)')
    .option('--no-page', 'serve no page, the API alone');
}

/** The configuration with what the options say of host and port. */
export function withBridgeOptions(config: Config, { bridgePort, bridgeHost }: BridgeOptions): Config {
  return {
    ...config,
    grafana: {
      ...config.grafana,
      bridge_port: bridgePort ?? config.grafana.bridge_port,
      bridge_host: bridgeHost ?? config.grafana.bridge_host,
    },
  };
}

function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/u.test(text) && port <= 65_535) return port;
  throw new F1Error('F1_USAGE', `Cannot use --bridge-port ${text}: it must be 0–65535`, {
    hint: 'Use --bridge-port 0 for any free port',
    exitCode: 2,
  });
}
