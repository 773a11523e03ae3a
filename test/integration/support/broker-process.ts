import assert from 'node:assert/strict';
import { connectKafka } from '../../../src/kafka/index.ts';
import type { Broker } from '../../../src/domain/broker.ts';
import { freeTestPort } from '../../support/raw-kafka.ts';
import { runProgram, settings } from './program.ts';
import type { Cleaner } from './program.ts';

export interface BrokerPlace {
  readonly dir: string;
  readonly port: number;
  readonly bootstrap: string;
  /** Options that make any command use this place. */
  readonly options: readonly string[];
}

/** Folder and ports for a managed broker that is not started yet. */
export async function brokerPlace(dir: string): Promise<BrokerPlace> {
  const port = await freeTestPort();
  let controllerPort = await freeTestPort();
  while (controllerPort === port) controllerPort = await freeTestPort();
  const bootstrap = `localhost:${port}`;
  const more = {
    'kafka.bootstrap_servers': bootstrap,
    'kafka.managed.controller_port': controllerPort,
    'kafka.managed.heap_mb': 256,
  };
  return { dir, port, bootstrap, options: settings(dir, more) };
}

/** `slipstream kafka start` in that place, stopped when the test or file ends. Returns the broker's pid. */
export async function startBrokerProcess(t: Cleaner, place: BrokerPlace): Promise<number> {
  const { code, stdout, stderr } = await runProgram({ after: () => {} }, [
    'kafka',
    'start',
    '--json',
    ...place.options,
  ]);
  assert.equal(code, 0, stderr);
  t.after(() => stopBrokerProcess(t, place));
  return (JSON.parse(stdout) as { pid: number }).pid;
}

export async function stopBrokerProcess(t: Cleaner, place: BrokerPlace): Promise<void> {
  await runProgram({ after: () => {} }, ['kafka', 'stop', ...place.options]);
}

/** A connection that ends with the test. */
export async function connectTo(t: Cleaner, { bootstrap }: { readonly bootstrap: string }): Promise<Broker> {
  const broker = await connectKafka({ bootstrapServers: bootstrap, clientId: 'slipstream-test' });
  t.after(() => broker.close());
  return broker;
}
