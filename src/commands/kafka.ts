import { createInterface } from 'node:readline/promises';
import { Command, InvalidArgumentError } from 'commander';
import { F1Error } from '../domain/errors.ts';
import { aborted } from '../util/aborted.ts';
import type { CliContext, CommandModule } from './cli.ts';
import { managedOptions } from './managed-options.ts';
import type { ManagedOptions } from './managed-options.ts';
import { createProgressLine } from './progress-line.ts';

interface KafkaOptions {
  readonly dir?: string;
  readonly port?: number;
  readonly controllerPort?: number;
  readonly heapMb?: number;
  readonly foreground?: boolean;
  readonly resetData?: boolean;
  readonly yes?: boolean;
}

/** `slipstream kafka`: installs, starts, stops and inspects the managed Apache Kafka. */
export const kafkaCommand: CommandModule = {
  configure(command: Command, context: () => CliContext): void {
    command.addHelpText('after', examples);
    add(
      command,
      'install',
      'Obtain Apache Kafka with Maven (once; kept in the user cache)',
      context,
      install,
    );
    add(command, 'start', 'Start one broker in the background', context, start)
      .option('--port <port>', 'port for clients (default: that of kafka.bootstrap_servers)', portNumber)
      .option(
        '--controller-port <port>',
        'port of the controller (default: kafka.managed.controller_port)',
        portNumber,
      )
      .option('--heap-mb <mb>', 'heap of the broker (default: kafka.managed.heap_mb)', heapSize)
      .option('--foreground', 'stay until Ctrl-C, then stop the broker')
      .option('--reset-data', 'put the old data aside first (renamed, not deleted); asks')
      .option('--yes', 'answer yes to questions');
    add(command, 'stop', 'Stop the broker', context, stop);
    add(command, 'status', 'Say whether the broker runs and answers', context, status);
    add(
      command,
      'reset',
      'Put the data of a stopped broker aside (renamed, not deleted)',
      context,
      reset,
    ).option('--yes', 'answer yes to questions');
  },
};

const examples = `
Examples:
  slipstream kafka install
  slipstream kafka start
  slipstream kafka start --port 19092 --controller-port 19093 --dir /var/tmp/kafka
  slipstream kafka status --json
  slipstream kafka stop`;

type Action = (options: KafkaOptions, context: CliContext, managed: ManagedOptions) => Promise<void>;

function add(
  parent: Command,
  name: string,
  summary: string,
  context: () => CliContext,
  action: Action,
): Command {
  return parent
    .command(name)
    .description(summary)
    .option('--dir <folder>', 'folder of the broker: data, logs, lock (default: kafka.managed.dir)')
    .action(async (options: KafkaOptions) => {
      const current = context();
      const configured = managedOptions(await current.config());
      await action(options, current, {
        ...configured,
        dir: options.dir ?? configured.dir,
        port: options.port ?? configured.port,
        controllerPort: options.controllerPort ?? configured.controllerPort,
        heapMb: options.heapMb ?? configured.heapMb,
      });
    });
}

const install: Action = async (_, context, { dir }) => {
  const { findKafka, installKafka, requireJava } = await import('../kafka/managed/index.ts');
  const wasThere = findKafka(dir) !== null;
  const java = await requireJava(process.env, context.signal);
  const { log, signal } = context;
  const progress = createProgressLine(context.quiet);
  const found = await installKafka({ dir, log, signal, onProgress: progress.onProgress });
  progress.close();
  const { libs, version, origin } = found;
  if (context.json)
    context.print(JSON.stringify({ version, libs, origin, installed: !wasThere, java: java.version }));
  else
    context.print(
      `Apache Kafka ${version} is ${wasThere ? 'already ' : ''}installed: ${libs} (${origin}), Java ${java.version}`,
    );
};

const start: Action = async (options, context, managed) => {
  const { resetData, startKafka } = await import('../kafka/managed/index.ts');
  const { log, signal } = context;
  if (options.resetData === true) {
    await confirm(`Put the Kafka data in ${managed.dir} aside and start with none?`, options);
    sayAside(context, resetData(managed.dir));
  }
  const from = performance.now();
  const foreground = options.foreground ?? false;
  const kafka = await startKafka({
    ...managed,
    profile: 'normal',
    log,
    signal,
    foreground,
    endsWithParent: foreground,
  });
  const seconds = Math.round((performance.now() - from) / 100) / 10;
  const { pid, port, bootstrap, clusterId, alreadyRunning } = kafka;
  if (context.json)
    context.print(JSON.stringify({ state: 'running', pid, bootstrap, clusterId, alreadyRunning, seconds }));
  else if (alreadyRunning) context.print(`Kafka is already running on localhost:${port} (pid ${pid})`);
  else context.print(`Kafka is ready on localhost:${port} (pid ${pid}) after ${seconds} s`);
  if (!foreground || alreadyRunning) {
    if (!context.json)
      log.info(
        `Stop it with: slipstream kafka stop${options.dir === undefined ? '' : ` --dir ${options.dir}`}`,
      );
    return;
  }
  const wasStopped = await Promise.race([kafka.ended.then(() => false), aborted(signal).then(() => true)]);
  if (!wasStopped)
    throw new F1Error('F1_KAFKA_START', `Kafka (pid ${pid}) ended by itself`, {
      hint: `Its log is in ${managed.dir}/logs`,
    });
  await kafka.stop();
  log.info(`Stopped Kafka (pid ${pid})`);
};

const stop: Action = async (_, context, { dir }) => {
  const { stopKafka } = await import('../kafka/managed/index.ts');
  const { pid, wasKilled, tookMs } = await stopKafka({ dir, log: context.log });
  if (context.json)
    context.print(JSON.stringify({ state: 'stopped', pid, wasKilled, seconds: tookMs / 1000 }));
  else if (pid === null) context.print('Kafka is not running');
  else
    context.print(
      `Kafka (pid ${pid}) ${wasKilled ? 'was killed' : 'stopped'} after ${(tookMs / 1000).toFixed(1)} s`,
    );
};

const status: Action = async (_, context, { dir, worstCaseBytes }) => {
  const { findKafka, formatBytes, freeBytes, kafkaStatus } = await import('../kafka/managed/index.ts');
  const found = await kafkaStatus({ dir, signal: context.signal });
  const installed = findKafka(dir);
  const free = freeBytes(found.dir);
  process.exitCode = found.state === 'running' ? 0 : 1;
  if (context.json) {
    context.print(JSON.stringify({ ...found, installed, freeBytes: free, worstCaseBytes }));
    return;
  }
  const { state, pid, port, controllerPort, clusterId, startedAt, legs, failing } = found;
  const process_ =
    pid === null ? '' : `, pid ${pid}, localhost:${port} (controller ${controllerPort}), since ${startedAt}`;
  const why = found.ended === null ? '' : `; it was not stopped: ${found.ended}`;
  context.print(`Kafka: ${state}${process_}${why}`);
  if (clusterId !== null) context.print(`Cluster: ${clusterId}, data of Kafka ${found.kafkaVersion}`);
  for (const { name, isOk, tookMs, reason } of legs)
    context.print(`  ${name}: ${isOk ? `ok, ${tookMs.toFixed(0)} ms` : reason}`);
  if (failing !== null) context.print('  Not usable: run slipstream kafka stop, then slipstream kafka start');
  context.print(
    `Installed: ${installed === null ? 'no (slipstream kafka install)' : `${installed.version} in ${installed.libs}`}`,
  );
  context.print(
    `Disk: ${formatBytes(free)} free at ${found.dir}, worst case for the topics ${formatBytes(worstCaseBytes)}`,
  );
};

const reset: Action = async (options, context, { dir }) => {
  const { resetData } = await import('../kafka/managed/index.ts');
  await confirm(`Put the Kafka data in ${dir} aside?`, options);
  sayAside(context, resetData(dir));
};

function sayAside(context: CliContext, aside: string | null): void {
  if (context.json) context.log.info(`Data put aside: ${aside ?? 'there was none'}`);
  else
    context.print(
      aside === null ? 'There was no data' : `The old data is in ${aside}; delete it when you do not need it`,
    );
}

async function confirm(question: string, { yes = false }: KafkaOptions): Promise<void> {
  if (yes) return;
  if (!process.stdin.isTTY) {
    throw new F1Error('F1_USAGE', `${question} Nobody can be asked here`, { hint: 'Add --yes', exitCode: 2 });
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(`${question} [y/N] `);
    if (/^y(?:es)?$/iu.test(answer.trim())) return;
  } finally {
    terminal.close();
  }
  throw new F1Error('F1_USAGE', 'Nothing was changed', { exitCode: 2 });
}

function portNumber(text: string): number {
  const value = Number(text);
  if (/^\d+$/u.test(text) && value <= 65_535) return value;
  throw new InvalidArgumentError('it must be a port from 0 (any free one) to 65535');
}

function heapSize(text: string): number {
  const value = Number(text);
  if (/^\d+$/u.test(text) && value >= 128 && value <= 65_536) return value;
  throw new InvalidArgumentError('it must be a number of megabytes from 128 to 65536');
}
