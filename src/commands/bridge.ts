import { setFlagsFromString } from 'node:v8';
import type { Command } from 'commander';
import type { Bridge } from '../bridge/index.ts';
import { aborted } from '../util/aborted.ts';
import { addBridgeOptions, withBridgeOptions, type BridgeOptions } from './bridge-options.ts';
import { buildPage } from './build-page.ts';
import { chooseBroker } from './choose-broker.ts';
import type { ChosenBroker } from './choose-broker.ts';
import type { CliContext, CommandModule } from './cli.ts';
import { refuseEmbedded } from './refuse-embedded.ts';

interface BridgeCommandOptions extends BridgeOptions {
  readonly broker: string;
}

const reportIntervalMs = 30_000;

/** `slipstream bridge`: the bridge alone, against Kafka. */
export const bridgeCommand: CommandModule = {
  configure(command: Command, context: () => CliContext): void {
    command.option('--broker <choice>', 'auto (the configured broker), managed or HOST:PORT', 'auto');
    addBridgeOptions(command);
    command
      .addHelpText(
        'after',
        `
The bridge answers at once and says on GET / what it waits for; it never needs the broker to be there first.

Examples:
  slipstream bridge
  slipstream bridge --broker localhost:9092 --bridge-port 0 --no-page
  slipstream bridge --bridge-host 0.0.0.0 --set bridge.control_token=choose-one --json`,
      )
      .action(async (options: BridgeCommandOptions) => run(options, context()));
  },
};

async function run(options: BridgeCommandOptions, context: CliContext): Promise<void> {
  keepNurserySmall();
  // Loaded only now: what loading leaves behind would have grown the nursery.
  const { createBridge, createLateBroker } = await import('../bridge/index.ts');
  const { log, signal } = context;
  const config = withBridgeOptions(await context.config(), options);
  refuseEmbedded(options.broker, 'bridge');
  const webRoot = options.page ? await buildPage(log, signal) : null;
  const choice = options.broker === 'auto' ? config.kafka.bootstrap_servers : options.broker;
  const opened: ChosenBroker[] = [];
  const broker = createLateBroker({
    kind: 'kafka',
    address: choice,
    signal,
    connect: async () => {
      const chosen = await chooseBroker({ choice, config, log, signal, allowInstall: false });
      opened.push(chosen);
      log.info(`Broker: ${chosen.label}`);
      return chosen.broker;
    },
  });
  let bridge: Bridge | null = null;
  let report: NodeJS.Timeout | undefined;
  const startedMs = Date.now();
  try {
    bridge = await createBridge({
      broker,
      config,
      log,
      signal,
      webRoot,
      sessions: async () => {
        const { listSessions } = await import('../source/index.ts');
        return listSessions({ config, log, signal });
      },
      extraReasons: () => opened.flatMap((chosen) => chosen.reasons()),
      info: { brokerKind: 'kafka', brokerLabel: `Apache Kafka at ${choice}` },
    });
    const [first = ''] = bridge.urls;
    log.info(`Bridge: ${bridge.urls.join(', ')}${webRoot === null ? '' : `; page: ${first}/app/`}`);
    report = setInterval(() => {
      const stats = bridge?.stats();
      if (stats === undefined) return;
      log.info(`${stats.records} records read, ${stats.points} points held, ${stats.clients} viewers`);
    }, reportIntervalMs);
    await aborted(signal);
  } finally {
    clearInterval(report);
    const stats = bridge?.stats();
    await bridge?.close();
    await broker.close();
    for (const chosen of opened) await chosen.close();
    if (stats !== undefined) {
      log.info(`Stopped: ${stats.records} records read`);
      if (context.json) {
        context.print(
          JSON.stringify({ url: bridge?.urls[0], ...stats, seconds: (Date.now() - startedMs) / 1000 }),
        );
      }
    }
  }
}

/**
 * Freezes the nursery of V8 at its size of now: it would grow to 128 MB while a window is read back and stay
 * so, which is more than all rings together. Batches are short-lived, so a small nursery costs nothing measurable.
 */
function keepNurserySmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}
