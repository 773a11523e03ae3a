import type { Broker } from '../../src/domain/broker.ts';
import { readTelemetry } from '../../src/domain/telemetry-codec.ts';
import { createTelemetryRow } from '../../src/domain/telemetry-row.ts';
import { driftOf } from './statistics.ts';

/** Telemetry of one run as it stands in Kafka, one entry per record in no particular order. */
export interface Published {
  /** Publication time, epoch ms, 1 ms steps. */
  readonly publishedMs: Float64Array;
  /** Session time of the sample [ms]. */
  readonly sessionMs: Float64Array;
  /** Due time as written in the record, epoch ms. */
  readonly dueMs: Float64Array;
  readonly codes: readonly string[];
}

/** Reads a whole topic after its run, so that the reading disturbs nothing. */
export async function readPublished(broker: Broker, topic: string): Promise<Published> {
  const { topics } = await broker.describe({ topics: [topic] });
  const found = topics.find(({ name }) => name === topic);
  if (found === undefined) throw new Error(`There is no topic ${topic}`);
  const total = found.partitions.reduce(
    (sum, { startOffset, endOffset }) => sum + endOffset - startOffset,
    0,
  );
  const publishedMs = new Float64Array(total);
  const sessionMs = new Float64Array(total);
  const dueMs = new Float64Array(total);
  const codes: string[] = [];
  if (total === 0) return { publishedMs, sessionMs, dueMs, codes };
  const row = createTelemetryRow();
  const ending = new AbortController();
  let count = 0;
  for await (const batch of broker.consume({
    topics: [{ topic, start: 'earliest' }],
    signal: ending.signal,
  })) {
    for (const { value, timestampMs } of batch.records) {
      if (value === null || !readTelemetry(value, row))
        throw new Error(`A record of ${topic} is no telemetry`);
      publishedMs[count] = timestampMs;
      sessionMs[count] = row.sessionMs;
      dueMs[count] = row.timestampMs;
      codes.push(row.driver);
      count++;
    }
    if (count >= total) break;
  }
  ending.abort();
  return { publishedMs, sessionMs, dueMs, codes };
}

/** Rows a second between the first and the last publication; NaN for a run shorter than a millisecond. */
export function publishedRate({ publishedMs }: Pick<Published, 'publishedMs'>): number {
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const time of publishedMs) {
    if (time < first) first = time;
    if (time > last) last = time;
  }
  return last > first ? (publishedMs.length / (last - first)) * 1000 : Number.NaN;
}

/**
 * How far publication ran away from session time at a speed [ms]: the mean of (published − session time ÷ speed) over
 * the last `windowMs` minus that over the first. An error that adds up shows here, whatever the program says of itself.
 */
export function publishedDriftMs(
  { publishedMs, sessionMs }: Pick<Published, 'publishedMs' | 'sessionMs'>,
  speed: number,
  windowMs: number,
): number {
  const start = publishedMs[0] ?? 0;
  const origin = sessionMs[0] ?? 0;
  const deviations = publishedMs.map((time, index) => time - start - (sessionMs[index]! - origin) / speed);
  return driftOf(publishedMs, deviations, windowMs);
}
