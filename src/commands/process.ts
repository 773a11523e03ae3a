import type { Command } from 'commander';
import { createDetector, createRules } from '../detect/index.ts';
import { topicNames } from '../kafka/index.ts';
import { startProcessor } from '../process/index.ts';
import { chooseBroker } from './choose-broker.ts';
import type { CliContext, CommandModule } from './cli.ts';
import { readCurrentRun } from './current-run.ts';
import { prepareTopics } from './prepare-topics.ts';
import { refuseEmbedded } from './refuse-embedded.ts';

interface ProcessOptions {
  readonly broker: string;
  readonly group: string;
}

const reportIntervalMs = 10_000;

/** `slipstream process`: the alert processor alone, against Kafka. */
export const processCommand: CommandModule = {
  configure(command: Command, context: () => CliContext): void {
    command
      .option('--broker <choice>', 'auto, managed or HOST:PORT', 'auto')
      .option('--group <name>', 'consumer group: its members share the partitions', 'slipstream-process')
      .addHelpText(
        'after',
        `
Examples:
  slipstream process
  slipstream process --broker localhost:9092 --group alerts-2 --json`,
      )
      .action(async (options: ProcessOptions) => run(options, context()));
  },
};

async function run(options: ProcessOptions, context: CliContext): Promise<void> {
  const { log, signal } = context;
  const config = await context.config();
  refuseEmbedded(options.broker, 'process');
  const chosen = await chooseBroker({ choice: options.broker, config, log, signal, allowInstall: false });
  try {
    refuseEmbedded(chosen.kind, 'process');
    log.info(`Broker: ${chosen.label} (${chosen.reason})`);
    const partitions = await prepareTopics(chosen.broker, config, log);
    const names = topicNames(config);
    const current = await readCurrentRun(chosen.broker, names.control, signal);
    const rules = createRules(config.alerts);
    const processor = startProcessor({
      broker: chosen.broker,
      topics: names,
      alertPartitions: partitions.get(names.alerts) ?? config.kafka.partitions.alerts,
      createDetector: () => createDetector(rules),
      log,
      signal,
      since: current === null ? 'earliest' : { sinceMs: current.run_started_at },
      group: options.group,
    });
    log.info(`Reading ${names.telemetry} as group ${options.group}, writing ${names.alerts}; Ctrl-C ends it`);
    const started = Date.now();
    let before = 0;
    const report = setInterval(() => {
      const { rows, published } = processor.stats();
      const perSecond = ((rows - before) / reportIntervalMs) * 1000;
      before = rows;
      log.info(`${rows} rows (${perSecond.toFixed(0)}/s), ${published} alert records`);
    }, reportIntervalMs);
    try {
      await processor.done;
    } finally {
      clearInterval(report);
    }
    const stats = processor.stats();
    log.info(`Stopped: ${stats.rows} rows read, ${stats.published} alert records written, offsets committed`);
    if (context.json) context.print(JSON.stringify({ ...stats, seconds: (Date.now() - started) / 1000 }));
  } finally {
    await chosen.close();
  }
}
