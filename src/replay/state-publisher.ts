import type { Broker } from '../domain/broker.ts';
import { messageOf } from '../domain/errors.ts';
import type { Log } from '../domain/log.ts';
import type { ReplayState } from '../domain/messages.ts';
import { headerNames, messageVersion } from '../domain/topics.ts';
import type { ReplayClock, Wake } from './clock.ts';

/** The state is published at least this often [ms] (PROTOCOL §6). */
const intervalMs = 500;

const stateKey = Buffer.from('state');

export interface StatePublisherOptions {
  readonly broker: Broker;
  readonly topic: string;
  readonly clock: ReplayClock;
  readonly log: Log;
  readonly readState: () => ReplayState;
  /** Told the state at the same moments, whether the broker takes it or not. */
  readonly onState: (state: ReplayState) => void;
}

/** Publishes the replay's state on change and at least every 500 ms; one record in flight, the newest state next. */
export class StatePublisher {
  readonly #options: StatePublisherOptions;
  #wake: Wake | null = null;
  #flight: Promise<void> | null = null;
  #isDirty = false;
  #isClosed = false;
  #hasFailed = false;

  constructor(options: StatePublisherOptions) {
    this.#options = options;
  }

  /** Publishes now, or as soon as the record in flight is answered. */
  publish(): void {
    if (this.#isClosed) return;
    this.#wake?.cancel();
    this.#wake = this.#options.clock.wakeAt(this.#options.clock.nowMs() + intervalMs, false, () =>
      this.publish(),
    );
    const state = this.#options.readState();
    this.#options.onState(state);
    if (this.#flight === null) this.#flight = this.#send(state);
    else this.#isDirty = true;
  }

  /** Publishes a last state and waits for it, `graceMs` at most. */
  async close(graceMs: number): Promise<void> {
    this.publish();
    this.#isClosed = true;
    this.#wake?.cancel();
    const timeout = Promise.withResolvers<void>();
    const timer = setTimeout(timeout.resolve, graceMs);
    await Promise.race([this.#flight, timeout.promise]);
    clearTimeout(timer);
  }

  async #send(first: ReplayState): Promise<void> {
    let state = first;
    for (;;) {
      this.#isDirty = false;
      try {
        await this.#options.broker.produce(batchOf(this.#options.topic, state));
        this.#hasFailed = false;
      } catch (error) {
        if (!this.#hasFailed)
          this.#options.log.warn(`The replay state could not be published: ${messageOf(error)}`);
        this.#hasFailed = true;
        this.#isDirty = false;
      }
      if (!this.#isDirty) break;
      state = this.#options.readState();
    }
    this.#flight = null;
  }
}

function batchOf(topic: string, state: ReplayState): Parameters<Broker['produce']>[0] {
  return {
    topic,
    partition: 0,
    records: [{ key: stateKey, value: Buffer.from(JSON.stringify(state)) }],
    headers: {
      [headerNames.run]: state.run,
      [headerNames.segment]: String(state.segment),
      [headerNames.version]: messageVersion,
    },
  };
}
