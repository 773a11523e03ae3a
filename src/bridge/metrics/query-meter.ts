import { createDurationHistogram, hopBoundsS } from '../ingest/counters.ts';
import type { DurationHistogram } from '../ingest/counters.ts';

/** Answers at one endpoint. */
export interface EndpointFigures {
  readonly endpoint: string;
  /** Answers by HTTP status. */
  readonly statuses: ReadonlyMap<number, number>;
  readonly durations: DurationHistogram;
}

/** Counts what dashboards and programs ask. */
export interface QueryMeter {
  /** Answers of all endpoints. */
  readonly durations: DurationHistogram;
  readonly endpoints: readonly EndpointFigures[];
  /** Counts an answer; O(1), allocates only at the first answer of an endpoint. */
  observe(endpoint: string, status: number, seconds: number): void;
}

/** More endpoints than the bridge has; further ones count as `other`. */
const maxEndpoints = 63;
const otherEndpoint = 'other';

/** A meter at zero. */
export function createQueryMeter(): QueryMeter {
  const endpoints: { endpoint: string; statuses: Map<number, number>; durations: DurationHistogram }[] = [];
  const byName = new Map<string, (typeof endpoints)[number]>();
  const durations = createDurationHistogram(hopBoundsS);

  function figuresOf(endpoint: string): (typeof endpoints)[number] {
    const known = byName.get(endpoint);
    if (known !== undefined) return known;
    if (endpoints.length >= maxEndpoints && endpoint !== otherEndpoint) return figuresOf(otherEndpoint);
    const fresh = {
      endpoint,
      statuses: new Map<number, number>(),
      durations: createDurationHistogram(hopBoundsS),
    };
    endpoints.push(fresh);
    byName.set(endpoint, fresh);
    return fresh;
  }

  return {
    durations,
    endpoints,
    observe(endpoint, status, seconds) {
      durations.observe(seconds);
      const figures = figuresOf(endpoint);
      figures.durations.observe(seconds);
      figures.statuses.set(status, (figures.statuses.get(status) ?? 0) + 1);
    },
  };
}
