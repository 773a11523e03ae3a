import type { Command } from 'commander';
import type { ReplaySummary } from '../replay/index.ts';
import { chooseBroker } from './choose-broker.ts';
import type { CliContext, CommandModule } from './cli.ts';
import { prepareTopics } from './prepare-topics.ts';
import { createProgressLine } from './progress-line.ts';
import { refuseEmbedded } from './refuse-embedded.ts';
import { startReplay } from './replay-host.ts';
import { addReplayOptions, type ReplayOptions, replayRequest } from './replay-options.ts';
import { createStateLine, replaySummaryText } from './replay-text.ts';
import { warnOtherRun } from './warn-other-run.ts';

/** `slipstream replay`: the replay alone, against Kafka. */
export const replayCommand: CommandModule = {
  configure(command: Command, context: () => CliContext): void {
    command.argument(
      '[session]',
      'folder, recording file, URL or YEAR/EVENT/SESSION (default: the configured race)',
    );
    addReplayOptions(command, 'auto, managed or HOST:PORT');
    command
      .addHelpText(
        'after',
        `
Examples:
  slipstream replay 2023/Monaco/R --speed 10 --drivers VER,HAM,LEC
  slipstream replay path/to/session --broker localhost:9092 --speed max --once --json
  slipstream replay 2023/Monaco/R --start lap:40 --end lap:45 --loop

Steer it from the page, with POST /replay of a bridge, or with commands on the control topic (PROTOCOL.md, section 6).
Exit code 1 when records were lost or refused.`,
      )
      .action(async (session: string | undefined, options: ReplayOptions) =>
        run(session, options, context()),
      );
  },
};

async function run(spec: string | undefined, options: ReplayOptions, context: CliContext): Promise<void> {
  const { log, signal } = context;
  const config = await context.config();
  refuseEmbedded(options.broker, 'replay');
  const request = replayRequest(options, config, log, signal);
  const progress = createProgressLine(context.quiet);
  const chosen = await chooseBroker({
    choice: options.broker,
    config,
    log,
    signal,
    allowInstall: true,
    onProgress: progress.onProgress,
  });
  try {
    progress.close();
    refuseEmbedded(chosen.kind, 'replay');
    log.info(`Broker: ${chosen.label} (${chosen.reason})`);
    await prepareTopics(chosen.broker, config, log);
    await warnOtherRun(chosen.broker, config.kafka.topics.control, log, signal);
    const line = createStateLine(context.quiet);
    const replay = await startReplay({
      ...request,
      spec,
      chosen,
      onProgress: progress.onProgress,
      onState: (state) => {
        if (state.status !== 'loading') progress.close();
        line.show(state);
      },
    });
    let summary: ReplaySummary;
    try {
      summary = await replay.done;
    } finally {
      progress.close();
      line.close();
      await replay.stop();
    }
    report(summary, chosen.label, context);
  } finally {
    progress.close();
    await chosen.close();
  }
}

function report(summary: ReplaySummary, broker: string, { log, json, print, signal }: CliContext): void {
  const isWhole = summary.status !== 'failed' && summary.lost === 0 && summary.refused === 0;
  for (const text of replaySummaryText(summary, signal.aborted)) {
    if (isWhole) log.info(text);
    else log.error(text);
  }
  if (json) {
    const { source, title, status, run, rows, published, topics, scheduleErrorMs, lagMs, seconds, ...rest } =
      summary;
    print(
      JSON.stringify({
        session: title,
        source,
        broker,
        run,
        status,
        rows,
        published,
        topics,
        scheduleErrorMs,
        lagMs,
        seconds,
        ...rest,
      }),
    );
  }
  if (!isWhole) process.exitCode = 1;
}
