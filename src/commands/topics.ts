import type { Command } from 'commander';
import type { Config } from '../config/schema.ts';
import type { Broker, TopicDescription } from '../domain/broker.ts';
import { F1Error } from '../domain/errors.ts';
import type { TopicSpec } from '../domain/topics.ts';
import { topicSpecs } from '../kafka/index.ts';
import { chooseBroker } from './choose-broker.ts';
import type { CliContext, CommandModule } from './cli.ts';
import { refuseEmbedded } from './refuse-embedded.ts';

interface TopicsOptions {
  readonly broker: string;
}

type Action = 'create' | 'list' | 'validate';

/** One line of the command's answer: a configured topic and what the broker has. */
interface TopicLine {
  readonly topic: string;
  readonly role: string;
  readonly status: 'created' | 'exists' | 'mismatch' | 'missing';
  /** Null when the topic is missing. */
  readonly partitions: number | null;
  readonly wantedPartitions: number;
  /** Null when the topic is missing. */
  readonly records: number | null;
}

/** `slipstream topics`: creates the Kafka topics that are missing, lists and validates them. */
export const topicsCommand: CommandModule = {
  configure(command: Command, context: () => CliContext): void {
    const add = (action: Action, summary: string): void => {
      command
        .command(action, { isDefault: action === 'create' })
        .description(summary)
        .option('--broker <choice>', 'auto, managed or HOST:PORT', 'auto')
        .action(async (options: TopicsOptions) => run(action, options, context()));
    };
    add('create', 'Create the topics that are missing, compare the others');
    add('list', 'List the configured topics with partitions and records');
    add('validate', 'Compare the topics with the configuration, change nothing');
    command.addHelpText(
      'after',
      `
Examples:
  slipstream topics create
  slipstream topics validate --broker localhost:9092
  slipstream topics list --json

Exit code 2 when a topic is missing (list, validate) or has another partition count than the configuration.`,
    );
  },
};

async function run(action: Action, options: TopicsOptions, context: CliContext): Promise<void> {
  const { log, signal } = context;
  const config = await context.config();
  refuseEmbedded(options.broker, 'topics');
  const chosen = await chooseBroker({ choice: options.broker, config, log, signal, allowInstall: false });
  try {
    refuseEmbedded(chosen.kind, 'topics');
    log.info(`Broker: ${chosen.label} (${chosen.reason})`);
    const lines = await compareTopics(chosen.broker, topicSpecs(config), action === 'create');
    if (context.json) context.print(JSON.stringify({ broker: chosen.bootstrap, topics: lines }));
    else for (const line of lines) context.print(describeLine(line));
    const problem = problemOf(lines, config, chosen.bootstrap ?? chosen.label);
    if (problem !== null) throw problem;
  } finally {
    await chosen.close();
  }
}

/** What the broker has of these topics; creates the missing ones first when asked to. */
export async function compareTopics(
  broker: Broker,
  specs: readonly TopicSpec[],
  mayCreate: boolean,
): Promise<TopicLine[]> {
  const reports = mayCreate ? await broker.createTopics(specs) : [];
  const { topics } = await broker.describe({ topics: specs.map(({ name }) => name) });
  return specs.map((spec) => {
    const found = topics.find(({ name }) => name === spec.name);
    const isCreated = reports.some(({ topic, status }) => topic === spec.name && status === 'created');
    return {
      topic: spec.name,
      role: spec.role,
      status: isCreated ? 'created' : statusOf(found, spec),
      partitions: found?.partitions.length ?? null,
      wantedPartitions: spec.partitions,
      records: found === undefined ? null : countRecords(found),
    };
  });
}

function statusOf(found: TopicDescription | undefined, spec: TopicSpec): TopicLine['status'] {
  if (found === undefined) return 'missing';
  return found.partitions.length === spec.partitions ? 'exists' : 'mismatch';
}

function countRecords({ partitions }: TopicDescription): number {
  return partitions.reduce((sum, { startOffset, endOffset }) => sum + endOffset - startOffset, 0);
}

function describeLine({ topic, status, partitions, wantedPartitions, records }: TopicLine): string {
  if (status === 'missing') return `${topic}: missing, ${wantedPartitions} partitions wanted`;
  const count = `${partitions} partition${partitions === 1 ? '' : 's'}`;
  if (status === 'mismatch') return `${topic}: ${count}, ${wantedPartitions} wanted`;
  return `${topic}: ${status}, ${count}, ${records} records`;
}

/** F1_KAFKA_TOPIC_MISMATCH or F1_KAFKA_TOPIC_UNKNOWN with what to do, or null when all is as configured. */
export function problemOf(lines: readonly TopicLine[], config: Config, address: string): F1Error | null {
  const wrong = lines.find(({ status }) => status === 'mismatch');
  if (wrong !== undefined) {
    const { topic, role, partitions, wantedPartitions } = wrong;
    const remove = `scripts/kafka-topics.sh --bootstrap-server ${address} --delete --topic ${topic}`;
    const isConfigurable = Object.hasOwn(config.kafka.partitions, role);
    const keep = isConfigurable
      ? `set kafka.partitions.${role} to ${partitions}`
      : `set kafka.topics.${role} to another name`;
    return new F1Error(
      'F1_KAFKA_TOPIC_MISMATCH',
      `Topic '${topic}' has ${partitions} partitions, the configuration wants ${wantedPartitions}`,
      {
        hint: `To keep its records, ${keep}; to start anew: ${remove}, then slipstream topics create`,
        exitCode: 2,
      },
    );
  }
  const missing = lines.filter(({ status }) => status === 'missing').map(({ topic }) => topic);
  if (missing.length === 0) return null;
  return new F1Error(
    'F1_KAFKA_TOPIC_UNKNOWN',
    `Kafka at ${address} has no topic ${missing.map((topic) => `'${topic}'`).join(', ')}`,
    { hint: 'Create the topics with: slipstream topics create', exitCode: 2 },
  );
}
