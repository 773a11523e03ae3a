import { extname } from 'node:path';
import { MessageChannel, Worker } from 'node:worker_threads';
import { F1Error, messageOf } from '../domain/errors.ts';
import type { Log, OnProgress } from '../domain/log.ts';
import type { ReplayState } from '../domain/messages.ts';
import { errorFromPort } from '../kafka/remote/port-messages.ts';
import { serveBroker } from '../kafka/remote/serve-broker.ts';
import type { ReplaySummary } from '../replay/index.ts';
import type { ChosenBroker } from './choose-broker.ts';
import type {
  ReplayChoices,
  ReplayHostMessage,
  ReplayThreadData,
  ReplayThreadMessage,
} from './replay-messages.ts';

export interface ReplayRequest extends ReplayChoices {
  readonly chosen: Pick<ChosenBroker, 'broker' | 'kind' | 'bootstrap' | 'isManaged'>;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly onProgress?: OnProgress;
  /** Told every state of the replay, at least every 500 ms. */
  readonly onState?: (state: ReplayState) => void;
}

/** The replay in its own thread. */
export interface ReplayHandle {
  /** The session is open and rows flow; rejects like `done`. */
  readonly ready: Promise<void>;
  /** Settles after the last row (`once`), after `stop` or an abort; rejects when the session cannot be opened. */
  readonly done: Promise<ReplaySummary>;
  /** The last state, or null before the first. */
  state(): ReplayState | null;
  /** Sends what is in flight, ends the thread and waits for it, 5 s at most. */
  stop(): Promise<void>;
}

/** How long the thread may take to end after it was asked to [ms]. */
const endGraceMs = 5000;

/**
 * Starts the replay in a thread of its own, so that nothing else in this process can delay it. To Kafka it connects
 * itself; the embedded broker is reached through a port, batches travel without a copy.
 */
export async function startReplay(request: ReplayRequest): Promise<ReplayHandle> {
  const { chosen, log, signal, onProgress, onState, ...choices } = request;
  const channel = chosen.kind === 'embedded' ? new MessageChannel() : null;
  const served = channel === null ? null : serveBroker(chosen.broker, channel.port1);
  const data: ReplayThreadData = {
    ...choices,
    broker:
      channel === null
        ? { kind: 'kafka', bootstrap: bootstrapOf(chosen), isManaged: chosen.isManaged }
        : { kind: 'embedded', port: channel.port2 },
  };
  const worker = new Worker(new URL(`./replay-worker${extname(import.meta.url)}`, import.meta.url), {
    workerData: data,
    transferList: channel === null ? [] : [channel.port2],
    name: 'replay',
  });
  const ready = Promise.withResolvers<void>();
  const done = Promise.withResolvers<ReplaySummary>();
  const exited = Promise.withResolvers<void>();
  // Whoever awaits neither must not bring the process down: the error is in `done` for those who ask.
  ready.promise.catch(() => {});
  done.promise.catch(() => {});
  let last: ReplayState | null = null;

  const fail = (error: Error): void => {
    ready.reject(error);
    done.reject(error);
  };
  worker.on('message', (message: ReplayThreadMessage) => {
    switch (message.op) {
      case 'log':
        log[message.level](message.message, message.fields);
        break;
      case 'progress':
        onProgress?.(message.progress);
        break;
      case 'state':
        last = message.state;
        onState?.(message.state);
        break;
      case 'ready':
        ready.resolve();
        break;
      case 'done':
        ready.resolve();
        done.resolve(message.summary);
        break;
      case 'failed':
        fail(errorFromPort(message.error));
        break;
    }
  });
  worker.on('error', (error: unknown) => {
    fail(new F1Error('F1_INTERNAL', `The replay's thread failed: ${messageOf(error)}`, { cause: error }));
  });
  worker.on('exit', (code) => {
    fail(new F1Error('F1_INTERNAL', `The replay's thread ended with code ${code} before it was done`));
    served?.close();
    signal.removeEventListener('abort', askToStop);
    exited.resolve();
  });

  function askToStop(): void {
    const message: ReplayHostMessage = { op: 'stop' };
    worker.postMessage(message, []);
  }
  if (signal.aborted) askToStop();
  else signal.addEventListener('abort', askToStop, { once: true });

  return {
    ready: ready.promise,
    done: done.promise,
    state: () => last,
    async stop() {
      askToStop();
      const timer = setTimeout(() => {
        log.warn(`The replay's thread did not end within ${endGraceMs / 1000} s and was ended`);
        void worker.terminate();
      }, endGraceMs);
      await exited.promise;
      clearTimeout(timer);
    },
  };
}

function bootstrapOf({ bootstrap, broker }: ReplayRequest['chosen']): string {
  return bootstrap ?? broker.address;
}
