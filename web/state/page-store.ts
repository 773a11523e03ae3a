import { batch, signal } from '@preact/signals';
import type { Signal } from '@preact/signals';
import { applyTiming, createRaceState, raceStateFrom } from '../../src/analysis/race-state.ts';
import type { RaceState } from '../../src/analysis/race-state.ts';
import type { AlertMessage, ReplayState } from '../../src/domain/messages.ts';
import { AlertList } from './alert-list.ts';
import { parseServerMessage } from './messages.ts';
import type { BrokerLabel, Identity, ServerMessage } from './messages.ts';
import { Playhead } from './playhead.ts';
import type { Connection } from './socket.ts';
import { TelemetryStore } from './telemetry-store.ts';

export interface Hello {
  readonly broker: BrokerLabel;
  readonly simulated: boolean;
  readonly version: string;
  readonly heartbeatS: number | null;
}

export interface Health {
  readonly status: string;
  readonly reasons: readonly string[];
  readonly viewers: number;
}

/** How often race-level state reaches the views [ms]. */
const flushMs = 200;
/** Runs remembered as left. */
const maxLeftRuns = 64;
/** A page hidden for longer than this [ms] fetches the state anew instead of working a queue off. */
const hiddenLimitMs = 10_000;

/**
 * Everything the page knows, outside of components. `receive` only writes into buffers; `flush`, called once per
 * animation frame, passes what changed on to the signals that views read.
 */
export class PageStore {
  readonly telemetry = new TelemetryStore();
  readonly playhead = new Playhead();
  readonly connection: Signal<Connection> = signal({ phase: 'connecting', problem: null });
  readonly hello: Signal<Hello | null> = signal(null);
  readonly health: Signal<Health | null> = signal(null);
  readonly identity: Signal<Identity | null> = signal(null);
  readonly replay: Signal<ReplayState | null> = signal(null);
  /** Race-level state and its version: the object is one and the same until the segment changes. */
  readonly race: Signal<{ readonly state: RaceState; readonly version: number }> = signal({
    state: createRaceState(),
    version: 0,
  });
  readonly alerts: Signal<readonly AlertMessage[]> = signal([]);
  /** True once a snapshot of the current segment arrived. */
  readonly hasSnapshot: Signal<boolean> = signal(false);
  /** Seconds without data while data should come; null when all is well. */
  readonly silentS: Signal<number | null> = signal(null);
  /** Session time shown [s]. */
  readonly headS: Signal<number | null> = signal(null);
  /** Last error the server sent over the socket. */
  readonly serverError: Signal<{
    readonly error: string;
    readonly code: string;
    readonly hint: string;
  } | null> = signal(null);
  /** Messages that were not understood, and points the server could not deliver in time. */
  readonly odd = { messages: 0, events: 0, dropped: 0 };
  readonly recentOps: string[] = [];
  readonly #alertList = new AlertList();
  #race = createRaceState();
  #raceVersion = 0;
  #raceIsStale = false;
  #alertsAreStale = false;
  #flushedAtMs = 0;
  #replayStamp = '';
  #replayChangedAtMs = 0;
  #hiddenAtMs: number | null = null;
  #ignoresDeltas = false;
  readonly #leftRuns = new Set<string>();

  /** Takes one text frame of the socket. Never throws. */
  receive(text: string, nowMs = performance.now()): void {
    const isHiddenLong = this.#hiddenAtMs !== null && nowMs - this.#hiddenAtMs > hiddenLimitMs;
    if ((isHiddenLong || this.#ignoresDeltas) && text.startsWith('{"op":"delta"')) return;
    const message = parseServerMessage(text);
    this.#note(message?.op ?? 'odd');
    if (message === null) {
      this.odd.messages++;
      return;
    }
    batch(() => this.#take(message, nowMs));
  }

  /** The page was hidden or shown; true when the state should be fetched anew (subscribe again). */
  setVisible(isVisible: boolean, nowMs = performance.now()): boolean {
    if (!isVisible) {
      this.#hiddenAtMs ??= nowMs;
      return false;
    }
    const wasLong = this.#hiddenAtMs !== null && nowMs - this.#hiddenAtMs > hiddenLimitMs;
    this.#hiddenAtMs = null;
    if (wasLong) this.#ignoresDeltas = true;
    return wasLong;
  }

  /** Passes changes to the views; at most every 200 ms. */
  flush(nowMs: number): void {
    if (nowMs - this.#flushedAtMs < flushMs) return;
    this.#flushedAtMs = nowMs;
    batch(() => {
      this.#flushRace();
      this.silentS.value = this.#silence(nowMs);
    });
  }

  #take(message: ServerMessage, nowMs: number): void {
    switch (message.op) {
      case 'hello':
        this.hello.value = message;
        return;
      case 'snapshot':
        this.#ignoresDeltas = false;
        this.#enter(message.identity);
        this.#race = Array.isArray(message.timing) ? createRaceState() : raceStateFrom(message.timing);
        this.#raceIsStale = true;
        if (Array.isArray(message.timing)) this.#applyEvents(message.timing);
        this.#alertList.clear();
        this.#alertList.add(message.alerts);
        this.#alertsAreStale = true;
        this.telemetry.append(message.telemetry, nowMs);
        if (message.replay !== null) this.#takeReplay(message.replay, nowMs);
        this.hasSnapshot.value = true;
        this.#flushRace();
        return;
      case 'delta':
        if (this.#isCurrent(message.identity)) this.telemetry.append(message.telemetry, nowMs);
        this.odd.dropped += message.dropped;
        return;
      case 'timing':
        if (this.#isCurrent(message.identity)) this.#applyEvents(message.events);
        return;
      case 'alerts':
        if (!this.#isCurrent(message.identity)) return;
        this.#alertList.add(message.alerts);
        this.#alertsAreStale = true;
        return;
      case 'replay':
        this.#takeReplay(message.state, nowMs);
        return;
      case 'health':
        this.health.value = message;
        return;
      case 'error':
        this.serverError.value = message;
        return;
      case 'pong':
        return;
    }
  }

  /** A run or segment not seen before is newer; messages of runs and segments that were left are dropped (PROTOCOL §2.3). */
  #isCurrent(identity: Identity): boolean {
    const current = this.identity.peek();
    if (this.#leftRuns.has(identity.run)) return false;
    if (current !== null && current.run === identity.run && identity.segment < current.segment) return false;
    this.#enter(identity);
    return true;
  }

  #enter(identity: Identity | null): void {
    const current = this.identity.peek();
    if (current?.run === identity?.run && current?.segment === identity?.segment) return;
    if (current !== null && current.run !== identity?.run) this.#leave(current.run);
    // What a snapshot says counts, even if it goes back to a run that was left.
    if (identity !== null) this.#leftRuns.delete(identity.run);
    this.identity.value = identity;
    this.telemetry.clear();
    this.playhead.reset();
    this.headS.value = null;
    this.#race = createRaceState();
    this.#raceIsStale = true;
    this.#alertList.clear();
    this.#alertsAreStale = true;
    this.hasSnapshot.value = false;
    this.#flushRace();
  }

  #leave(run: string): void {
    this.#leftRuns.add(run);
    if (this.#leftRuns.size > maxLeftRuns)
      for (const oldest of this.#leftRuns) return void this.#leftRuns.delete(oldest);
  }

  #takeReplay(state: ReplayState, nowMs: number): void {
    if (state.timestamp !== this.#replayStamp) {
      this.#replayStamp = state.timestamp;
      this.#replayChangedAtMs = nowMs;
      this.playhead.report(state.session_time, state.speed, state.status, nowMs);
    }
    this.replay.value = state;
  }

  #applyEvents(events: readonly unknown[]): void {
    for (const event of events) if (!applyTiming(this.#race, event)) this.odd.events++;
    this.#raceIsStale = true;
  }

  #flushRace(): void {
    if (this.#raceIsStale) {
      this.#raceIsStale = false;
      this.race.value = { state: this.#race, version: ++this.#raceVersion };
    }
    if (this.#alertsAreStale) {
      this.#alertsAreStale = false;
      this.alerts.value = this.#alertList.list();
    }
  }

  /** Live or not is told by the age of data: rows while playing, reports of the replay otherwise. */
  #silence(nowMs: number): number | null {
    const replay = this.replay.peek();
    if (replay === null || this.connection.peek().phase !== 'open') return null;
    if (replay.status === 'ended' || replay.status === 'stopped' || replay.status === 'failed') return null;
    const reportAgeMs = nowMs - this.#replayChangedAtMs;
    const rowAgeMs =
      replay.status === 'playing' && replay.rows_total > 0
        ? nowMs - (this.telemetry.lastRowAtMs ?? this.#replayChangedAtMs)
        : 0;
    const ageMs = Math.max(reportAgeMs, rowAgeMs);
    return ageMs > 2_500 ? Math.floor(ageMs / 1000) : null;
  }

  #note(op: string): void {
    if (this.recentOps.push(op) > 12) this.recentOps.shift();
  }
}
