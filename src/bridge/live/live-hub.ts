import { performance } from 'node:perf_hooks';
import { messageOf } from '../../domain/errors.ts';
import type { Log } from '../../domain/log.ts';
import type { BridgeState } from '../ingest/bridge-state.ts';
import type { Health } from '../health.ts';
import { badRequest, errorBody, HttpError } from '../http/http-error.ts';
import { parseMessage, readSubscription, textOf } from './client-message.ts';
import { readMarks, writeDelta, writeEvents, writeSnapshot } from './live-frames.ts';
import type { Marks, Shape } from './live-frames.ts';

/** The part of a WebSocket that the hub uses. */
export interface LiveSocket {
  readonly readyState: number;
  send(data: Buffer | string, options: { binary: boolean }, done: (error?: Error | null) => void): void;
  on(event: 'message', listener: (data: Buffer | ArrayBuffer | Buffer[], isBinary: boolean) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  close(code: number, reason: string): void;
  terminate(): void;
}

export interface LiveHubDeps {
  readonly state: BridgeState;
  readonly log: Log;
  readonly clock: () => number;
  readonly health: () => Health;
  readonly version: string;
  readonly broker: { readonly kind: string; readonly label: string };
  readonly maxClients: number;
  /** Runs a command on behalf of a client; rejects with what to tell it. */
  readonly command: (message: object, client: number) => Promise<void>;
}

/** Clients that follow live: newest wins, nobody is waited for. */
export interface LiveHub {
  readonly clients: number;
  /** Points that clients lost because they took too little, since the start. */
  readonly droppedPoints: number;
  readonly framesSent: number;
  readonly bytesSent: number;
  /** Clients closed because they took nothing for 30 s. */
  readonly stalledClients: number;
  /** Attaches all listeners before it returns. `onCommand` context is the client's number. */
  accept(socket: LiveSocket): number;
  /**
   * Has what is new sent to every client without a rate limit: in this turn of the event loop, together with all other
   * batches of it, or 3 ms after the last time. `arrivedAt` is `performance.now()` of the batch; null = not measured.
   */
  flush(arrivedAt: number | null): void;
  close(): void;
}

interface Group {
  readonly key: string;
  readonly shape: Shape;
  readonly clients: Set<Client>;
  readonly timer: NodeJS.Timeout | null;
}

interface Client {
  readonly id: number;
  readonly socket: LiveSocket;
  group: Group | null;
  epoch: number;
  marks: Marks;
  timingNext: number;
  alertsNext: number;
  replayVersion: number;
  replaySentMs: number;
  dropped: number;
  inFlight: number;
  /** When the oldest frame in flight was handed over, epoch ms. */
  waitingSinceMs: number;
  /** Something is new and was not sent because a frame was in flight. */
  isBehind: boolean;
  messages: number;
}

const open = 1;
const heartbeatS = 10;
const stalledMs = 30_000;
/** Frames to one client are at least this far apart: below it only system calls are added. */
const minFlushMs = 3;
const maxEventsPerFrame = 500;
/** Answers and errors are left out for a client that has so many frames to take. */
const maxWaitingFrames = 100;
/** Epoch of a client that must get a snapshot next. */
const noEpoch = -1;
const maxMessagesPerS = 50;

/** A hub without clients. */
export function createLiveHub(deps: LiveHubDeps): LiveHub {
  const { state, log, clock } = deps;
  const clients = new Set<Client>();
  const groups = new Map<string, Group>();
  let nextId = 1;
  let droppedPoints = 0;
  let framesSent = 0;
  let bytesSent = 0;
  let stalledClients = 0;
  let isFlushPlanned = false;
  let isClosed = false;
  let lastFlushAt = Number.NEGATIVE_INFINITY;
  let firstArrivedAt: number | null = null;
  let flushTimer: NodeJS.Timeout | undefined;
  let lastMarks: Marks = new Float64Array(0);
  let healthText = '';
  let healthSentMs = Number.NEGATIVE_INFINITY;

  const send = (client: Client, data: Buffer | string): void => {
    if (client.socket.readyState !== open) return;
    if (client.inFlight++ === 0) client.waitingSinceMs = clock();
    framesSent++;
    bytesSent += data.length;
    client.socket.send(data, { binary: false }, (error) => {
      client.inFlight--;
      if (client.inFlight > 0) {
        client.waitingSinceMs = clock();
        return;
      }
      if (
        !(error instanceof Error) &&
        client.isBehind &&
        client.group !== null &&
        (client.group.timer === null || client.epoch === noEpoch)
      ) {
        serve(client.group, [client]);
      }
    });
  };

  const answer = (client: Client, text: string): void => {
    if (client.inFlight < maxWaitingFrames) send(client, text);
  };

  const sendError = (client: Client, error: unknown): void => {
    if (!(error instanceof HttpError)) log.error(`WebSocket client ${client.id}: ${messageOf(error)}`);
    answer(client, JSON.stringify({ op: 'error', ...errorBody(error) }));
  };

  const sendSnapshot = (client: Client, frame: Buffer, marks: Marks): void => {
    client.epoch = state.epoch;
    client.marks = marks;
    client.timingNext = state.timingEvents.next;
    client.alertsNext = state.alertEvents.next;
    client.replayVersion = state.replayVersion;
    client.replaySentMs = clock();
    client.dropped = 0;
    send(client, frame);
  };

  /** Brings clients of one group up to now; frames are made once for all that stand at the same place. */
  const serve = (group: Group, members: Iterable<Client>): void => {
    let marks: Marks | null = null;
    let snapshot: Buffer | null = null;
    const deltas = new Map<Marks, ReturnType<typeof writeDelta>>();
    const events = new Map<string, Buffer>();
    for (const client of members) {
      if (client.inFlight > 0) {
        client.isBehind = true;
        continue;
      }
      client.isBehind = false;
      marks ??= readMarks(state.points);
      const { timingEvents, alertEvents } = state;
      if (
        client.epoch !== state.epoch ||
        client.timingNext < timingEvents.first ||
        client.alertsNext < alertEvents.first
      ) {
        snapshot ??= writeSnapshot(state, group.shape, clock());
        sendSnapshot(client, snapshot, marks);
        continue;
      }
      sendReplay(client, false);
      client.timingNext = sendEvents(client, 'timing', client.timingNext, events);
      client.alertsNext = sendEvents(client, 'alerts', client.alertsNext, events);
      const shared = client.dropped === 0 ? deltas.get(client.marks) : undefined;
      const delta = shared ?? writeDelta(state, group.shape, client.marks, client.dropped);
      if (client.dropped === 0) deltas.set(client.marks, delta);
      droppedPoints += delta.dropped - client.dropped;
      client.dropped = delta.frame === null ? delta.dropped : 0;
      client.marks = marks;
      if (delta.frame !== null) send(client, delta.frame);
      if (client.timingNext < timingEvents.next || client.alertsNext < alertEvents.next)
        client.isBehind = true;
    }
  };

  const sendReplay = (client: Client, always: boolean): void => {
    if (state.replay === null || (client.replayVersion === state.replayVersion && !always)) return;
    client.replayVersion = state.replayVersion;
    client.replaySentMs = clock();
    send(client, JSON.stringify({ op: 'replay', state: state.replay }));
  };

  const sendEvents = (
    client: Client,
    op: 'timing' | 'alerts',
    from: number,
    made: Map<string, Buffer>,
  ): number => {
    const events = op === 'timing' ? state.timingEvents : state.alertEvents;
    if (from >= events.next) return from;
    const to = Math.min(events.next, from + maxEventsPerFrame);
    const key = `${op}${from}`;
    let frame = made.get(key);
    if (frame === undefined) {
      frame = writeEvents(state, op, events.since(from, to - from));
      made.set(key, frame);
    }
    send(client, frame);
    return to;
  };

  const leaveGroup = (client: Client): void => {
    const { group } = client;
    client.group = null;
    if (group === null) return;
    group.clients.delete(client);
    if (group.clients.size > 0) return;
    if (group.timer !== null) clearInterval(group.timer);
    groups.delete(group.key);
  };

  const subscribe = (client: Client, message: object): void => {
    const { drivers, channels, hz } = readSubscription(message);
    const key = JSON.stringify([drivers, channels, hz]);
    const isFirst = client.group === null;
    leaveGroup(client);
    let group = groups.get(key);
    if (group === undefined) {
      const members = new Set<Client>();
      const shape: Shape = { drivers: drivers.length === 0 ? null : new Set(drivers), channels };
      const timer =
        hz === 0 ? null : setInterval(() => group !== undefined && serve(group, members), 1000 / hz);
      group = { key, shape, clients: members, timer };
      groups.set(key, group);
    }
    group.clients.add(client);
    client.group = group;
    if (isFirst || client.inFlight === 0) {
      sendSnapshot(client, writeSnapshot(state, group.shape, clock()), readMarks(state.points));
      return;
    }
    // A client that asks again and again without reading must not pile up snapshots: one waits, for the last wish.
    client.epoch = noEpoch;
    client.isBehind = true;
  };

  const take = (client: Client, text: string): void => {
    if (++client.messages > maxMessagesPerS) {
      if (client.messages === maxMessagesPerS + 1) {
        sendError(
          client,
          new HttpError(429, 'F1_BRIDGE_BUSY', 'Too many messages in a second', 'Send fewer'),
        );
      }
      return;
    }
    const message = parseMessage(text);
    const op: unknown = Reflect.get(message, 'op');
    if (op === 'subscribe') subscribe(client, message);
    else if (op === 'ping') answer(client, '{"op":"pong"}');
    else if (op === 'command')
      deps.command(message, client.id).catch((error: unknown) => sendError(client, error));
    else {
      throw badRequest(
        `Cannot read op ${String(JSON.stringify(op)).slice(0, 60)}`,
        'Send subscribe, command or ping',
      );
    }
  };

  const sendHealth = (): void => {
    const text = JSON.stringify({ op: 'health', ...deps.health(), viewers: clients.size });
    const nowMs = clock();
    if (text === healthText && nowMs - healthSentMs < (heartbeatS - 1) * 1000) return;
    healthText = text;
    healthSentMs = nowMs;
    for (const client of clients) if (client.inFlight === 0) send(client, text);
  };

  const flushNow = (): void => {
    isFlushPlanned = false;
    if (isClosed) return;
    lastFlushAt = performance.now();
    for (const group of groups.values()) if (group.timer === null) serve(group, group.clients);
    if (firstArrivedAt !== null) {
      state.counters.hops.bridge.observe((performance.now() - firstArrivedAt) / 1000);
      observeTotal();
    }
    firstArrivedAt = null;
  };

  /** Due time to hand-over of the newest row of every driver that got one. */
  const observeTotal = (): void => {
    const nowMs = clock();
    const { drivers } = state.points;
    for (const { index, buffer } of drivers) {
      if (buffer.appended === (lastMarks[index] ?? 0) || buffer.appended === 0) continue;
      const newest = buffer.timeAt((buffer.appended - 1) % buffer.capacity);
      state.counters.hops.total.observe((nowMs - newest) / 1000);
    }
    lastMarks = readMarks(state.points);
  };

  const tick = (): void => {
    const nowMs = clock();
    for (const client of clients) {
      client.messages = 0;
      if (client.inFlight > 0 && nowMs - client.waitingSinceMs > stalledMs) {
        stalledClients++;
        log.warn(`WebSocket client ${client.id} took nothing for ${stalledMs / 1000} s and is closed`);
        client.socket.close(1013, 'Took nothing for 30 s');
        client.socket.terminate();
      } else if (client.group !== null && client.inFlight === 0 && nowMs - client.replaySentMs >= 900) {
        sendReplay(client, true);
      }
    }
    sendHealth();
  };
  const ticker = setInterval(tick, 1000);
  ticker.unref();

  return {
    get clients() {
      return clients.size;
    },
    get droppedPoints() {
      return droppedPoints;
    },
    get framesSent() {
      return framesSent;
    },
    get bytesSent() {
      return bytesSent;
    },
    get stalledClients() {
      return stalledClients;
    },
    accept(socket) {
      const client: Client = {
        id: nextId++,
        socket,
        group: null,
        epoch: noEpoch,
        marks: new Float64Array(0),
        timingNext: 0,
        alertsNext: 0,
        replayVersion: -1,
        replaySentMs: 0,
        dropped: 0,
        inFlight: 0,
        waitingSinceMs: 0,
        isBehind: false,
        messages: 0,
      };
      socket.on('error', (error) => log.debug(`WebSocket client ${client.id}: ${error.message}`));
      socket.on('close', () => {
        clients.delete(client);
        leaveGroup(client);
      });
      socket.on('message', (data) => {
        try {
          take(client, textOf(data));
        } catch (error) {
          sendError(client, error);
        }
      });
      if (clients.size >= deps.maxClients) {
        socket.close(1013, 'Too many clients: bridge.max_clients');
        return client.id;
      }
      clients.add(client);
      send(
        client,
        JSON.stringify({
          op: 'hello',
          version: deps.version,
          broker: deps.broker,
          run: state.tracker.run,
          segment: Math.max(0, state.tracker.segment),
          simulated: state.replay?.simulated ?? state.race.session?.simulated ?? false,
          heartbeat_s: heartbeatS,
        }),
      );
      send(client, JSON.stringify({ op: 'health', ...deps.health(), viewers: clients.size }));
      return client.id;
    },
    flush(arrivedAt) {
      if (arrivedAt !== null) firstArrivedAt ??= arrivedAt;
      if (isFlushPlanned || groups.size === 0) return;
      isFlushPlanned = true;
      const waitMs = lastFlushAt + minFlushMs - performance.now();
      // A timer of 1 ms or less fires no sooner than the next turn does.
      if (waitMs > 1) flushTimer = setTimeout(flushNow, waitMs);
      else setImmediate(flushNow);
    },
    close() {
      isClosed = true;
      clearTimeout(flushTimer);
      clearInterval(ticker);
      for (const { timer } of groups.values()) if (timer !== null) clearInterval(timer);
      groups.clear();
      for (const { socket } of clients) socket.close(1001, 'The bridge is closing');
    },
  };
}
