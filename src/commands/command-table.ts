import type { CommandModule } from './cli.ts';

export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<CommandModule>;
}

/** Every sub-command; its file is loaded only when it is the one that was asked for. */
export const commandTable: readonly CommandEntry[] = [
  {
    name: 'start',
    summary: 'Replay a session, detect alerts and serve the page, all in one process',
    load: async () => (await import('./start.ts')).startCommand,
  },
  {
    name: 'extract',
    summary: 'Write a session as CSV and Parquet',
    load: async () => (await import('./extract.ts')).extractCommand,
  },
  {
    name: 'telemetry',
    summary: "Write one lap's merged telemetry as CSV",
    load: async () => (await import('./telemetry.ts')).telemetryCommand,
  },
  {
    name: 'analyze',
    summary: 'Show pace, tyre degradation, stops, sectors, corners and flags of a session',
    load: async () => (await import('./analyze.ts')).analyzeCommand,
  },
  {
    name: 'compare',
    summary: 'Show where one lap gains and loses against another',
    load: async () => (await import('./compare.ts')).compareCommand,
  },
  {
    name: 'quality',
    summary: "Show how good a session's recording is: gaps, sentinels, repairs",
    load: async () => (await import('./quality.ts')).qualityCommand,
  },
  {
    name: 'simulate',
    summary: 'Write a simulated race in the format of the timing archive',
    load: async () => (await import('./simulate.ts')).simulateCommand,
  },
  {
    name: 'sessions',
    summary: 'List the sessions that can be opened',
    load: async () => (await import('./sessions.ts')).sessionsCommand,
  },
  {
    name: 'schedule',
    summary: 'Show the events of a season, one event, or the start of a session',
    load: async () => (await import('./schedule.ts')).scheduleCommand,
  },
  {
    name: 'cache',
    summary: 'List or clear downloads, tables and simulated races',
    load: async () => (await import('./cache.ts')).cacheCommand,
  },
  {
    name: 'topics',
    summary: 'Create and validate the Kafka topics',
    load: async () => (await import('./topics.ts')).topicsCommand,
  },
  {
    name: 'replay',
    summary: 'Replay a session into Kafka',
    load: async () => (await import('./replay.ts')).replayCommand,
  },
  {
    name: 'process',
    summary: 'Read telemetry from Kafka and write alerts',
    load: async () => (await import('./process.ts')).processCommand,
  },
  {
    name: 'bridge',
    summary: 'Serve queries, the WebSocket and the page from Kafka',
    load: async () => (await import('./bridge.ts')).bridgeCommand,
  },
  {
    name: 'consume',
    summary: 'Print counts, rates, per-driver statistics and alerts as they come',
    load: async () => (await import('./consume.ts')).consumeCommand,
  },
  {
    name: 'kafka',
    summary: 'Install, start, stop or inspect the managed Apache Kafka',
    load: async () => (await import('./kafka.ts')).kafkaCommand,
  },
  {
    name: 'config',
    summary: 'Print the effective configuration and where each value came from',
    load: async () => (await import('./config.ts')).configCommand,
  },
  {
    name: 'doctor',
    summary: 'Check this machine and say what to do',
    load: async () => (await import('./doctor.ts')).doctorCommand,
  },
];
