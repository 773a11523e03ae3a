import { performance } from 'node:perf_hooks';
import { applyTiming, createRaceState } from '../../analysis/race-state.ts';
import type { RaceState } from '../../analysis/race-state.ts';
import type { BrokerRecord, RecordBatch, RecordHeaders } from '../../domain/broker.ts';
import { messageOf } from '../../domain/errors.ts';
import { isFeedObject } from '../../domain/feed-shape.ts';
import type { AlertMessage, ReplayState } from '../../domain/messages.ts';
import { implausibleReason, readTelemetry } from '../../domain/telemetry-codec.ts';
import { createTelemetryRow } from '../../domain/telemetry-row.ts';
import { headerNames } from '../../domain/topics.ts';
import type { TopicRole } from '../../domain/topics.ts';
import { createAlertLog } from './alert-log.ts';
import type { AlertLog } from './alert-log.ts';
import { countAlert, createDueTimes, createIngestCounters, modelTypes, setAside } from './counters.ts';
import type { IngestCounters, SetAsideReason } from './counters.ts';
import { createEventLog } from './event-log.ts';
import type { EventLog } from './event-log.ts';
import { createGapLog } from './gap-log.ts';
import type { GapLog } from './gap-log.ts';
import { createPointStore } from './point-store.ts';
import type { PointStore } from './point-store.ts';
import { createRateWindow } from './rate-window.ts';
import type { RateWindow } from './rate-window.ts';
import { isAlertMessage, isReplayState } from './record-shapes.ts';
import { createReplayLog } from './replay-log.ts';
import type { ReplayLog } from './replay-log.ts';
import { createRunTracker } from './run-tracker.ts';
import type { RunTracker } from './run-tracker.ts';
import { createSessionClock } from './session-clock.ts';
import type { SessionClock } from './session-clock.ts';

/** Everything that the bridge knows: filled by the reader, shown by routes and WebSocket. */
export interface BridgeState {
  readonly tracker: RunTracker;
  readonly points: PointStore;
  readonly alerts: AlertLog;
  readonly race: RaceState;
  /** Places and gaps of the current segment, as the feed sent them. */
  readonly gaps: GapLog;
  /** When each session time of the current segment was, or would have been, published. */
  readonly clock: SessionClock;
  /** Records read, by `topic/partition`. */
  readonly rates: RateWindow;
  /** Seeks, pauses and ends, over all segments. */
  readonly replayLog: ReplayLog;
  /** The newest `state` record of the replay; null before the first. */
  readonly replay: ReplayState | null;
  /** When that record was published, epoch ms. */
  readonly replayAtMs: number;
  readonly counters: IngestCounters;
  /** JSON texts of timing and alert records of the current (run, segment), for clients that follow. */
  readonly timingEvents: EventLog;
  readonly alertEvents: EventLog;
  /** Rises with every change of (run, segment) and every loss of what was held. */
  readonly epoch: number;
  /** Rises with every `state` record. */
  readonly replayVersion: number;
  /** Publication time of the newest telemetry record, epoch ms; NaN before the first. */
  readonly lastTelemetryMs: number;
  /** Takes a batch of one topic. Never throws: what cannot be used is counted and set aside. */
  ingest(role: TopicRole, batch: RecordBatch, nowMs: number): void;
  /** Takes the marker that names the current run, before anything else is read. */
  seed(state: ReplayState, publishedMs: number): void;
  /** Forgets what came from a topic (and partition): it will be read anew. */
  forget(role: TopicRole, partition: number | null): void;
  /** Forgets everything: the topics were created anew. */
  forgetAll(): void;
  /** From now on hops are measured: the backlog was read. */
  setLive(sinceMs: number): void;
}

const maxAlerts = 10_000;
const keptEvents = 4_000;
/** Alerts kept until the (run, segment) that they belong to is shown; the oldest go first. */
const keptEarlyAlerts = 2_000;
const decoder = new TextDecoder('utf-8', { fatal: true });

/** The state of a bridge that has read nothing; `bufferPoints` rows are kept per driver. */
export function createBridgeState(bufferPoints: number): BridgeState {
  const tracker = createRunTracker();
  const points = createPointStore(bufferPoints);
  const alerts = createAlertLog(maxAlerts);
  const counters = createIngestCounters();
  const dueTimes = createDueTimes(counters.endToEnd);
  const timingEvents = createEventLog(keptEvents);
  const alertEvents = createEventLog(keptEvents);
  const gaps = createGapLog();
  const clock = createSessionClock();
  const replayLog = createReplayLog();
  const rates = createRateWindow();
  const row = createTelemetryRow();
  let race = createRaceState();
  let replay: ReplayState | null = null;
  let replayAtMs = Number.NaN;
  let replayVersion = 0;
  let epoch = 0;
  const earlyAlerts: EarlyAlert[] = [];
  let lastTelemetryMs = Number.NaN;
  let liveSinceMs = Number.POSITIVE_INFINITY;

  const clearRace = (): void => {
    race = createRaceState();
    gaps.clear();
    timingEvents.clear();
    points.setCaution(false);
    points.setYear(null);
  };
  const clearAlerts = (): void => {
    alerts.clear();
    alertEvents.clear();
  };
  const startAnew = (): void => {
    epoch++;
    points.clear();
    clock.clear();
    clearRace();
    clearAlerts();
  };

  const isCurrent = (run: string, segment: number, publishedMs: number, isState = false): boolean => {
    const verdict = tracker.judge(run, segment, publishedMs, isState);
    if (verdict === 'stale') {
      counters.stale++;
      return false;
    }
    if (verdict === 'reset') {
      counters.changes++;
      startAnew();
      for (const early of earlyAlerts.splice(0)) {
        if (isShown(early)) putAlert(early.alert, early.text);
        else if (early.run !== run) earlyAlerts.push(early);
      }
    }
    return true;
  };

  const isShown = (identity: Identity): boolean =>
    identity.run === tracker.run && identity.segment === tracker.segment;

  const putAlert = (alert: AlertMessage, text: string): void => {
    alerts.put(alert);
    alertEvents.push(text);
    if (alert.state === 'open') countAlert(counters, alert.severity, alert.alert_type);
  };

  const takeTelemetry = (
    value: Uint8Array,
    identity: Identity,
    record: BrokerRecord,
    partition: number,
    nowMs: number,
  ): Fault | null => {
    if (tracker.isLeft(identity.run, identity.segment)) {
      counters.stale++;
      return null;
    }
    if (!readTelemetry(value, row)) return ['undecodable', 'not an f1-telemetry object'];
    const implausible = implausibleReason(row);
    if (implausible !== null) return ['implausible', implausible];
    if (!isCurrent(identity.run, identity.segment, record.timestampMs)) return null;
    lastTelemetryMs = record.timestampMs;
    const outcome = points.append(row, partition);
    clock.note(row.sessionMs, row.timestampMs);
    if (outcome !== 'kept') return [outcome, `${row.driver} at ${row.timestampMs}`];
    if (record.timestampMs >= liveSinceMs) {
      counters.hops.replay.observe((record.timestampMs - row.timestampMs) / 1000);
      counters.hops.broker.observe((nowMs - record.timestampMs) / 1000);
      dueTimes.note(row.timestampMs);
    }
    return null;
  };

  const takeTiming = (value: Uint8Array, identity: Identity, record: BrokerRecord): Fault | null => {
    const text = decoder.decode(value);
    const message: unknown = JSON.parse(text);
    if (!isShown(identity)) {
      if (!applyTiming(createRaceState(), message)) return ['undecodable', 'not an f1-timing object'];
      if (!isCurrent(identity.run, identity.segment, record.timestampMs)) return null;
    }
    if (!applyTiming(race, message)) return ['undecodable', 'not an f1-timing object'];
    timingEvents.push(text);
    noteGap(message);
    const status = race.track_status.at(-1)?.status ?? '1';
    points.setCaution(status !== '1');
    points.setYear(race.session?.year ?? null);
    return null;
  };

  /** A place with its gap joins the history that `race` does not keep. */
  const noteGap = (message: unknown): void => {
    if (!isFeedObject(message) || message['message_type'] !== 'position') return;
    const entry = race.positions[String(message['driver'] ?? message['driver_id'])];
    if (entry?.driver == null || entry.session_time === null) return;
    gaps.push(Math.round(entry.session_time * 1000), entry.driver, entry.position, entry.gap);
  };

  /**
   * A processor that catches up writes alerts of runs long over, with the time of now: an alert never tells that a run
   * or a segment is new. One that was read before its telemetry waits for it.
   */
  const takeAlert = (value: Uint8Array, identity: Identity, record: BrokerRecord): Fault | null => {
    const text = decoder.decode(value);
    const alert: unknown = JSON.parse(text);
    if (!isAlertMessage(alert)) return ['undecodable', 'not an f1-alerts object'];
    if (!isShown(identity)) {
      if (tracker.isLeft(identity.run, identity.segment)) counters.stale++;
      else {
        earlyAlerts.push({ ...identity, alert, text });
        if (earlyAlerts.length > keptEarlyAlerts) earlyAlerts.shift();
      }
      return null;
    }
    putAlert(alert, text);
    if (record.timestampMs >= liveSinceMs) {
      counters.hops.processor.observe((record.timestampMs - Date.parse(alert.timestamp)) / 1000);
    }
    return null;
  };

  const takeState = (state: ReplayState, publishedMs: number): void => {
    replay = state;
    replayAtMs = publishedMs;
    replayVersion++;
    replayLog.note(state, publishedMs);
    clock.setSpeed(state.speed);
    const isMoving = state.status === 'playing' || state.status === 'paused';
    if (isMoving && state.session_time !== null)
      clock.note(Math.round(state.session_time * 1000), Date.parse(state.timestamp) || publishedMs);
  };

  const takeControl = (value: Uint8Array, record: BrokerRecord): Fault | null => {
    const message: unknown = JSON.parse(decoder.decode(value));
    if (isReplayState(message)) {
      if (!isCurrent(message.run, message.segment, record.timestampMs, true)) return null;
      takeState(message, record.timestampMs);
      return null;
    }
    const isCommand =
      typeof message === 'object' && message !== null && Reflect.get(message, 'message_type') === 'command';
    return isCommand ? null : ['undecodable', 'neither a command nor a state'];
  };

  const take = (role: TopicRole, record: BrokerRecord, partition: number, nowMs: number): Fault | null => {
    const { value } = record;
    if (value === null) return ['tombstone', 'a record without a value'];
    counters.bytes[role] += value.length;
    try {
      if (role === 'control') return takeControl(value, record);
      const identity = identityOf(record.headers);
      if (identity === null) return ['no-identity', 'headers run and segment are missing'];
      // Only a record that can be read, of a topic that the replay itself writes, may tell of a new run or segment.
      if (role === 'telemetry') return takeTelemetry(value, identity, record, partition, nowMs);
      if (role === 'timing') return takeTiming(value, identity, record);
      if (role === 'alerts') return takeAlert(value, identity, record);
      // Predictions are counted only: nothing is published yet.
      const model = modelTypes[partition];
      if (model !== undefined) counters.predictions[model]++;
      return null;
    } catch (error) {
      return ['undecodable', messageOf(error)];
    }
  };

  return {
    tracker,
    points,
    alerts,
    counters,
    gaps,
    clock,
    replayLog,
    rates,
    timingEvents,
    alertEvents,
    get race() {
      return race;
    },
    get replay() {
      return replay;
    },
    get replayAtMs() {
      return replayAtMs;
    },
    get replayVersion() {
      return replayVersion;
    },
    get epoch() {
      return epoch;
    },
    get lastTelemetryMs() {
      return lastTelemetryMs;
    },
    ingest(role, batch, nowMs) {
      const began = performance.now();
      const { topic, partition, records } = batch;
      rates.note(`${topic}/${partition}`, records.length, nowMs);
      for (const record of records) {
        counters.records[role]++;
        const fault = take(role, record, partition, nowMs);
        if (fault !== null) {
          setAside(counters, { topic, partition, offset: record.offset, reason: fault[0], detail: fault[1] });
        }
      }
      const tookMs = performance.now() - began;
      counters.batches.observe(tookMs / 1000);
      dueTimes.settle(nowMs + tookMs);
    },
    seed(state, publishedMs) {
      tracker.seed(state.run, state.segment, publishedMs);
      startAnew();
      takeState(state, publishedMs);
    },
    forget(role, partition) {
      if (role === 'telemetry') points.clear(partition);
      else if (role === 'timing') clearRace();
      else if (role === 'alerts') {
        clearAlerts();
        earlyAlerts.length = 0;
      } else return;
      epoch++;
    },
    forgetAll() {
      tracker.clear();
      earlyAlerts.length = 0;
      replay = null;
      replayLog.clear();
      replayAtMs = Number.NaN;
      replayVersion++;
      startAnew();
    },
    setLive(sinceMs) {
      liveSinceMs = sinceMs;
    },
  };
}

type Fault = readonly [reason: SetAsideReason, detail: string];

interface Identity {
  readonly run: string;
  readonly segment: number;
}

interface EarlyAlert extends Identity {
  readonly alert: AlertMessage;
  readonly text: string;
}

let knownHeaders: RecordHeaders | null = null;
let knownIdentity: Identity | null = null;

/** (run, segment) of a record's headers; records of one batch share the object, so it is read once. */
function identityOf(headers: RecordHeaders): Identity | null {
  if (headers === knownHeaders) return knownIdentity;
  const run = headers[headerNames.run];
  const segment = Number(headers[headerNames.segment] ?? Number.NaN);
  knownHeaders = headers;
  knownIdentity =
    run !== undefined && run !== '' && run.length <= 100 && Number.isInteger(segment) && segment >= 0
      ? { run, segment }
      : null;
  return knownIdentity;
}
