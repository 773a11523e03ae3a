import type { Broker } from '../domain/broker.ts';
import { F1Error, messageOf } from '../domain/errors.ts';
import type { Log, OnProgress, Progress } from '../domain/log.ts';
import type { ReplayState, TimingEvent } from '../domain/messages.ts';
import { parseReplayCommand, type ReplayCommand, type SeekTarget } from '../domain/replay-command.ts';
import type { SessionTable } from '../domain/table.ts';
import type { TopicNames } from '../domain/topics.ts';
import type { ReplayClock } from './clock.ts';
import { type ReceivedCommand, type ReceivedState, readCommands } from './command-reader.ts';
import { Player } from './player.ts';
import type { ReplaySummary } from './replay-summary.ts';
import type { Run } from './run.ts';
import { createRunId } from './run-id.ts';
import type { ScheduleOptions } from './schedule.ts';
import { resolveSeek } from './seek.ts';
import { StatePublisher } from './state-publisher.ts';
import { stateOf, summaryOf, titleOf } from './server-report.ts';
import type { EncodeTimingEvent } from './timing-lane.ts';

/** A session as the replay needs it. */
export interface OpenedSession {
  readonly table: SessionTable;
  readonly events: readonly TimingEvent[];
}

export interface ReplayServerOptions {
  readonly broker: Broker;
  readonly topics: TopicNames;
  /** Partitions that the telemetry topic really has. */
  readonly telemetryPartitions: number;
  readonly clock: ReplayClock;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** SESSION as given. */
  readonly source: string;
  readonly open: (source: string, onProgress: OnProgress, signal: AbortSignal) => Promise<OpenedSession>;
  readonly encodeEvent: EncodeTimingEvent;
  /** 0.1–1000; 0 = `max`. */
  readonly speed: number;
  readonly loop: boolean;
  readonly mode: 'lossless' | 'live';
  readonly maxBacklogRows: number;
  /** Codes; empty = all. Like the range below, for the first session only. */
  readonly drivers: readonly string[];
  readonly lapRange?: { readonly first: number; readonly last: number };
  readonly start?: SeekTarget;
  readonly end?: SeekTarget;
  /** Begin paused. */
  readonly paused?: boolean;
  /** Finish after the last row. */
  readonly once: boolean;
  readonly onState?: (state: ReplayState) => void;
  /** Told when the session is open and rows flow. */
  readonly onReady?: () => void;
}

/** How long batches in flight may take when the replay closes [ms]. */
const closeGraceMs = 3000;
/** What the last state gets when the batches took all of that [ms]. */
const leastStateGraceMs = 200;

/**
 * The one replay and its clock: opens the session, plays it, obeys the control topic and tells its state. Settles
 * when the last row was acknowledged (`once`), or when the signal is aborted. Rejects when the first session cannot
 * be opened. Delivery failures end in a summary with status `failed`.
 */
export async function runReplay(options: ReplayServerOptions): Promise<ReplaySummary> {
  const server = new ReplayServer(options);
  return server.run();
}

class ReplayServer {
  readonly #options: ReplayServerOptions;
  readonly #publisher: StatePublisher;
  readonly #beganMs: number;
  #playedFromMs: number;
  #run: Run;
  #player: Player | null = null;
  #loading: Progress | null = {
    stage: 'opening',
    file: null,
    done: 0,
    total: null,
    unit: 'bytes',
    etaSeconds: null,
  };
  #loadAbort: AbortController | null = null;
  /** Whether the session that a load interrupts was playing, and goes on when the load fails. */
  #wasPlaying = false;
  #speed: number;
  #loop: boolean;
  #notice: string | null = null;
  #changedBy: string | null = null;
  #lastCommand: string | null = null;
  #lastCommandId: string | null = null;
  #isClosing = false;
  #takenOver: string | null = null;
  readonly #over = Promise.withResolvers<void>();

  constructor(options: ReplayServerOptions) {
    this.#options = options;
    this.#speed = options.speed;
    this.#loop = options.loop;
    this.#beganMs = options.clock.nowMs();
    this.#playedFromMs = this.#beganMs;
    this.#run = this.#createRun(options.source, null);
    this.#publisher = new StatePublisher({
      broker: options.broker,
      topic: options.topics.control,
      clock: options.clock,
      log: options.log,
      readState: () => this.#state(),
      onState: options.onState ?? (() => {}),
    });
  }

  async run(): Promise<ReplaySummary> {
    const { signal, log, broker, topics } = this.#options;
    const reading = new AbortController();
    let endedMs = this.#beganMs;
    const stop = (): void => this.#over.resolve();
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    const commands = readCommands(
      broker,
      topics.control,
      log,
      reading.signal,
      (command) => this.#receive(command),
      (state) => this.#giveWay(state),
    ).catch((error: unknown) => {
      if (!reading.signal.aborted) log.error(`Commands can no longer be read: ${messageOf(error)}`);
    });
    try {
      this.#publisher.publish();
      const first = this.#load(this.#options.source, this.#options);
      await Promise.race([first, this.#over.promise]);
      await this.#over.promise;
    } finally {
      signal.removeEventListener('abort', stop);
      endedMs = this.#options.clock.nowMs();
      this.#isClosing = true;
      this.#loadAbort?.abort();
      await this.#player?.close(closeGraceMs);
      const leftMs = closeGraceMs - (this.#options.clock.nowMs() - endedMs);
      await this.#publisher.close(Math.min(1000, Math.max(leastStateGraceMs, leftMs)));
      reading.abort();
      await commands;
    }
    const summary = summaryOf({
      run: this.#run,
      player: this.#player,
      topics,
      telemetryPartitions: this.#options.telemetryPartitions,
      seconds: (endedMs - this.#beganMs) / 1000,
      playSeconds: (endedMs - this.#playedFromMs) / 1000,
    });
    return this.#takenOver === null ? summary : { ...summary, status: 'failed', reason: this.#takenOver };
  }

  /**
   * Ends this replay when a newer one is at work on the same topics: readers have left this run for the other one, and
   * a run that was left never comes back. Of two replays the one with the later run id goes on.
   */
  #giveWay({ run, title, status }: ReceivedState): void {
    if (run <= this.#run.id || this.#takenOver !== null || this.#isClosing) return;
    if (status === 'stopped' || status === 'failed') return;
    this.#takenOver = `Another replay (${title}, run ${run}) has taken over these topics`;
    this.#options.log.warn(`${this.#takenOver}: this one ends`);
    this.#over.resolve();
  }

  #createRun(source: string, table: SessionTable | null): Run {
    const epochMs = this.#options.clock.epochMs();
    return { id: createRunId(epochMs, Math.random()), startedAtMs: Math.floor(epochMs), source, table };
  }

  async #load(
    source: string,
    range: Pick<ReplayServerOptions, 'drivers' | 'lapRange' | 'start' | 'end' | 'paused'>,
  ): Promise<void> {
    const { log, signal, onReady } = this.#options;
    const abort = new AbortController();
    this.#loadAbort?.abort();
    this.#loadAbort = abort;
    this.#loading = { stage: 'opening', file: null, done: 0, total: null, unit: 'bytes', etaSeconds: null };
    this.#publisher.publish();
    const onProgress = (progress: Progress): void => {
      if (this.#loadAbort !== abort) return;
      const isNewStage = progress.stage !== this.#loading?.stage || progress.file !== this.#loading.file;
      this.#loading = progress;
      if (isNewStage) this.#publisher.publish();
    };
    let session: OpenedSession;
    try {
      session = await this.#options.open(source, onProgress, AbortSignal.any([signal, abort.signal]));
    } catch (error) {
      // Another load took over: what became of this one is nobody's concern any more.
      if (this.#loadAbort !== abort) return;
      throw error;
    }
    if (this.#loadAbort !== abort || this.#isClosing) return;
    const run =
      this.#player === null
        ? { ...this.#run, source, table: session.table }
        : this.#createRun(source, session.table);
    const player = this.#createPlayer(run, session, this.#rangeOf(session.table, range));
    const previous = this.#player;
    this.#player = player;
    this.#run = run;
    await previous?.close(closeGraceMs);
    if (this.#loadAbort === abort) this.#endLoading();
    if (session.table.tables.length === 0) {
      log.warn(`${titleOf(session.table)} has no telemetry: only laps, positions and messages are replayed`);
    }
    if (range.paused === true) player.pause();
    this.#playedFromMs = this.#options.clock.nowMs();
    player.start();
    onReady?.();
    void this.#watch(player);
  }

  #rangeOf(
    table: SessionTable,
    { drivers, lapRange, start, end }: Pick<ReplayServerOptions, 'drivers' | 'lapRange' | 'start' | 'end'>,
  ): ScheduleOptions {
    const place = (target: SeekTarget): number => {
      const sessionMs = resolveSeek(target, table.timing, table.t0EpochMs);
      if (typeof sessionMs === 'number') return sessionMs;
      throw new F1Error('F1_USAGE', sessionMs, { exitCode: 2, hint: 'Choose another start or end' });
    };
    const unknown = drivers.filter((code) => !table.drivers.some((driver) => driver.code === code));
    if (unknown.length > 0) {
      throw new F1Error(
        'F1_USAGE',
        `Drivers must be of this session: current value is ${unknown.join(', ')}`,
        {
          exitCode: 2,
          hint: `Its drivers are ${table.drivers.map((driver) => driver.code).join(', ')}`,
        },
      );
    }
    return {
      partitions: this.#options.telemetryPartitions,
      drivers,
      ...(lapRange === undefined ? {} : { lapRange }),
      ...(start === undefined ? {} : { startMs: place(start) }),
      ...(end === undefined ? {} : { endMs: place(end) }),
    };
  }

  #createPlayer(run: Run, session: OpenedSession, range: ScheduleOptions): Player {
    const { broker, topics, clock, log, encodeEvent, mode, maxBacklogRows } = this.#options;
    return new Player({
      broker,
      topics,
      clock,
      log,
      encodeEvent,
      mode,
      maxBacklogRows,
      range,
      run: run.id,
      table: session.table,
      events: session.events,
      speed: this.#speed,
      loop: this.#loop,
      onChange: () => this.#publisher.publish(),
    });
  }

  async #watch(player: Player): Promise<void> {
    await player.finished;
    if (this.#options.once && this.#player === player) this.#over.resolve();
  }

  #receive(received: ReceivedCommand): void {
    if (this.#isClosing) return;
    const command = parseReplayCommand(received.command, received.value);
    const refusal = typeof command === 'string' ? command : this.#apply(command);
    this.#notice = refusal;
    this.#lastCommandId = received.commandId;
    if (refusal === null) {
      this.#changedBy = received.by;
      this.#lastCommand = String(received.command);
      this.#options.log.info(
        `${received.by}: ${this.#lastCommand} ${JSON.stringify(received.value) ?? ''}`.trim(),
      );
    } else this.#options.log.warn(`${received.by}: command refused: ${refusal}`);
    this.#publisher.publish();
  }

  /** Null when the command was obeyed, else one sentence why not. */
  #apply(command: ReplayCommand): string | null {
    if (command.name === 'load') {
      void this.#reload(command.session);
      return null;
    }
    if (command.name === 'speed') this.#speed = command.speed;
    if (command.name === 'loop') this.#loop = command.loop;
    const player = this.#player;
    if (player === null || this.#loading !== null) {
      return command.name === 'speed' || command.name === 'loop' ? null : 'The session is still loading';
    }
    switch (command.name) {
      case 'pause':
        player.pause();
        return null;
      case 'resume':
        player.resume();
        return null;
      case 'restart':
        player.restart();
        return null;
      case 'stop':
        player.stop();
        return null;
      case 'step':
        return player.step(command.rows);
      case 'seek':
        return player.seek(command.target);
      case 'speed':
        player.setSpeed(command.speed);
        return null;
      case 'drivers':
        return player.setDrivers(command.drivers);
      case 'loop':
        player.setLoop(command.loop);
        return null;
    }
  }

  /** Opens another session in a new run; when that fails the one before goes on. */
  async #reload(source: string): Promise<void> {
    const previous = this.#player;
    if (this.#loading === null) {
      const status = previous?.snapshot().status;
      this.#wasPlaying = status === 'playing' || status === 'holding';
      if (this.#wasPlaying) previous?.pause();
    }
    try {
      await this.#load(source, { drivers: [] });
    } catch (error) {
      if (this.#isClosing) return;
      this.#endLoading();
      this.#notice = `${source} could not be opened: ${messageOf(error)}`;
      this.#options.log.error(this.#notice);
      if (this.#wasPlaying) previous?.resume();
      this.#publisher.publish();
    }
  }

  #endLoading(): void {
    this.#loading = null;
    this.#loadAbort = null;
  }

  #state(): ReplayState {
    return stateOf({
      nowEpochMs: this.#options.clock.epochMs(),
      run: this.#run,
      player: this.#player,
      loading: this.#loading,
      isClosing: this.#isClosing,
      closedBecause: this.#takenOver ?? 'The replay was closed',
      notice: this.#notice,
      speed: this.#speed,
      loop: this.#loop,
      mode: this.#options.mode,
      drivers: this.#options.drivers,
      changedBy: this.#changedBy,
      lastCommand: this.#lastCommand,
      lastCommandId: this.#lastCommandId,
    });
  }
}
