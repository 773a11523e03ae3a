import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import type { Broker, BrokerRecord, StartPosition } from '../domain/broker.ts';
import { F1Error } from '../domain/errors.ts';
import { topicNames } from '../kafka/index.ts';
import { chooseBroker } from './choose-broker.ts';
import type { CliContext, CommandModule } from './cli.ts';
import { createConsumeStats, formatStats, type ConsumeStats } from './consume-stats.ts';
import { refuseEmbedded } from './refuse-embedded.ts';

interface ConsumeOptions {
  readonly broker: string;
  readonly topic?: readonly string[];
  readonly group?: string;
  readonly fromBeginning?: boolean;
  readonly maxMessages?: number;
  readonly interval: number;
  readonly raw?: boolean;
}

/** `slipstream consume`: counts, rates, per-driver statistics and alerts as they come. */
export const consumeCommand: CommandModule = {
  configure(command: Command, context: () => CliContext): void {
    command
      .option('--broker <choice>', 'auto, managed or HOST:PORT', 'auto')
      .option('--topic <name...>', 'topics to read (default: telemetry and alerts)')
      .option('--group <name>', 'read as a member of this consumer group and commit offsets')
      .option('--from-beginning', 'start at the first record instead of the next one')
      .option('--max-messages <n>', 'stop after n records', positive)
      .option('--interval <seconds>', 'time between two statistics', positive, 5)
      .option('--raw', 'print the records themselves, one JSON object a line')
      .addHelpText(
        'after',
        `
Examples:
  slipstream consume
  slipstream consume --from-beginning --max-messages 5 --raw
  slipstream consume --topic f1-alerts --from-beginning
  slipstream consume --group analysts --json`,
      )
      .action(async (options: ConsumeOptions) => run(options, context()));
  },
};

async function run(options: ConsumeOptions, context: CliContext): Promise<void> {
  const { log, signal } = context;
  const config = await context.config();
  refuseEmbedded(options.broker, 'consume');
  const chosen = await chooseBroker({ choice: options.broker, config, log, signal, allowInstall: false });
  const stop = new AbortController();
  try {
    refuseEmbedded(chosen.kind, 'consume');
    log.info(`Broker: ${chosen.label} (${chosen.reason})`);
    const names = topicNames(config);
    const topics = options.topic ?? [names.telemetry, names.alerts];
    const start: StartPosition = options.fromBeginning === true ? 'earliest' : 'latest';
    await announce(chosen.broker, topics, options, log.info);
    const stats = createConsumeStats();
    const show = (): void => {
      if (options.raw !== true && !context.json) context.print(formatStats(stats.take()));
    };
    const timer = setInterval(show, options.interval * 1000);
    const group = options.group;
    const request = {
      topics: topics.map((topic) => ({ topic, start })),
      signal: AbortSignal.any([signal, stop.signal]),
      ...(group === undefined ? {} : { group }),
    };
    let left = options.maxMessages ?? Number.POSITIVE_INFINITY;
    try {
      for await (const batch of chosen.broker.consume(request)) {
        const records = left < batch.records.length ? batch.records.slice(0, left) : batch.records;
        for (const record of records) handle(batch.topic, batch.partition, record, stats, options, context);
        left -= records.length;
        const last = records.at(-1);
        if (group !== undefined && last !== undefined) {
          const at = { topic: batch.topic, partition: batch.partition, offset: last.offset + 1 };
          await chosen.broker.commit(group, [at]);
        }
        if (left <= 0) stop.abort();
      }
    } finally {
      clearInterval(timer);
    }
    const total = stats.total();
    if (context.json) context.print(JSON.stringify(total));
    else if (options.raw !== true) context.print(formatStats(total));
  } finally {
    await chosen.close();
  }
}

/** Says within a second why nothing may come: no records, or a start behind the last one. */
async function announce(
  broker: Broker,
  topics: readonly string[],
  options: ConsumeOptions,
  say: (line: string) => void,
): Promise<void> {
  const groups = options.group === undefined ? [] : [options.group];
  const description = await broker.describe({ topics, groups });
  for (const name of topics) {
    const topic = description.topics.find((known) => known.name === name);
    if (topic === undefined) {
      throw new F1Error(
        'F1_USAGE',
        `Cannot read ${name}: the broker at ${broker.address} has no such topic`,
        {
          hint: 'Create the topics with slipstream topics create, or start a replay',
          exitCode: 2,
        },
      );
    }
    const records = topic.partitions.reduce(
      (sum, { startOffset, endOffset }) => sum + endOffset - startOffset,
      0,
    );
    const offsets = description.groups[0]?.offsets.filter((offset) => offset.topic === name) ?? [];
    const committed = offsets.some((offset) => offset.committed !== null);
    const lag = offsets.reduce((sum, offset) => sum + offset.lag, 0);
    if (options.group !== undefined && committed && lag === 0) {
      say(
        `${name} has ${records} records, group ${options.group} is at the end: --group NEW --from-beginning reads them again`,
      );
    } else if (options.fromBeginning !== true && !committed) {
      say(`${name} has ${records} records, reading starts at the end: --from-beginning reads them`);
    } else {
      say(
        `${name} has ${records} records${committed ? `, group ${options.group} has ${lag} of them to read` : ''}`,
      );
    }
  }
}

const decoder = new TextDecoder();

function handle(
  topic: string,
  partition: number,
  record: BrokerRecord,
  stats: ConsumeStats,
  options: ConsumeOptions,
  context: CliContext,
): void {
  const alert = stats.accept(topic, partition, record);
  if (options.raw === true) {
    context.print(record.value === null ? 'null' : decoder.decode(record.value));
  } else if (alert !== null && !context.json) {
    const mark = alert.state === 'open' ? '!' : ' ';
    const estimate = alert.quality === 'estimated' ? ' [estimate]' : '';
    context.print(
      `${mark} ${alert.severity.padEnd(6)} ${alert.driver} ${alert.alert_type} ${alert.state} at ${alert.session_time.toFixed(3)} s: ${alert.description}${estimate}`,
    );
  }
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('It must be a number above 0.');
  return value;
}
