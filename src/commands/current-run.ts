import type { Broker } from '../domain/broker.ts';
import type { ReplayState } from '../domain/messages.ts';

/** How many of the last control records are looked through: commands may follow the newest state. */
const lookBack = 200;

/** The newest replay state on the control topic, or null when there is none. Never waits for a record to come. */
export async function readCurrentRun(
  broker: Broker,
  topic: string,
  signal: AbortSignal,
): Promise<ReplayState | null> {
  const { topics } = await broker.describe({ topics: [topic] });
  const bounds = topics[0]?.partitions[0];
  if (bounds === undefined || bounds.endOffset <= bounds.startOffset) return null;
  const stop = new AbortController();
  const request = {
    topics: [{ topic, start: { tail: lookBack } }],
    signal: AbortSignal.any([signal, stop.signal]),
  };
  let state: ReplayState | null = null;
  for await (const batch of broker.consume(request)) {
    for (const record of batch.records) {
      const value = record.value === null ? null : parseState(record.value);
      if (value !== null) state = value;
    }
    const last = batch.records.at(-1);
    if (last !== undefined && last.offset + 1 >= bounds.endOffset) stop.abort();
  }
  return state;
}

const decoder = new TextDecoder();

function parseState(bytes: Uint8Array): ReplayState | null {
  try {
    const value = JSON.parse(decoder.decode(bytes)) as Partial<ReplayState> | null;
    return value?.message_type === 'state' && typeof value.run === 'string' ? (value as ReplayState) : null;
  } catch {
    // A foreign record on the control topic is not a state; the next one may be.
    return null;
  }
}
