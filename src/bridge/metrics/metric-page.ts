import { Registry } from 'prom-client';
import type { DurationHistogram } from '../ingest/counters.ts';

/** Labels of one series. */
export type Labels = Readonly<Record<string, string>>;

/** One series of a gauge or counter; NaN means that it is not known now: it is left out. */
export type Sample = readonly [labels: Labels, value: number];

/** Counts of a distribution as they are kept elsewhere. */
export interface Distribution {
  readonly labels: Labels;
  /** Upper bounds [s], rising, without +Inf. */
  readonly boundsS: readonly number[];
  /** Cumulative counts per bound; the last is +Inf. */
  readonly cumulative: readonly number[];
  readonly sumS: number;
}

/** Adds a metric whose series are read at each scrape. */
type AddMetric<Series> = (name: string, help: string, read: () => readonly Series[]) => void;

/** Name, help and type of a metric. */
export interface MetricHead {
  readonly name: string;
  readonly help: string;
  readonly type: 'gauge' | 'counter' | 'histogram' | 'untyped';
}

/** An exposition whose every figure is copied from where it is kept when it is asked for. */
export interface MetricPage {
  readonly contentType: string;
  readonly gauge: AddMetric<Sample>;
  readonly counter: AddMetric<Sample>;
  /** For names of others that break the rules of names for a type. */
  readonly untyped: AddMetric<Sample>;
  readonly histogram: AddMetric<Distribution>;
  text(): Promise<string>;
  list(): readonly MetricHead[];
}

/** A page without metrics. */
export function createMetricPage(): MetricPage {
  const registry = new Registry();
  const heads: MetricHead[] = [];

  /** Not one of the library's own metrics: those keep values, and write a 0 where none is known. */
  function add(head: MetricHead, readValues: () => readonly Value[]): void {
    const get = (): Promise<object> => Promise.resolve({ ...head, values: readValues(), aggregator: 'sum' });
    registry.registerMetric({ name: head.name, get } as never);
    heads.push(head);
  }

  return {
    contentType: registry.contentType,
    gauge: (name, help, read) => add({ name, help, type: 'gauge' }, () => valuesOf(read())),
    counter: (name, help, read) => add({ name, help, type: 'counter' }, () => valuesOf(read())),
    untyped: (name, help, read) => add({ name, help, type: 'untyped' }, () => valuesOf(read())),
    histogram: (name, help, read) => add({ name, help, type: 'histogram' }, () => bucketsOf(name, read())),
    text: () => registry.metrics(),
    list: () => heads,
  };
}

/** The only series of a metric without labels. */
export function single(value: number): readonly Sample[] {
  return [[{}, value]];
}

/** A histogram of ours as a distribution. */
export function distributionOf(
  { boundsS, counts, sumS }: DurationHistogram,
  labels: Labels = {},
): Distribution {
  let sum = 0;
  return { labels, boundsS, cumulative: Array.from(counts, (count) => (sum += count)), sumS };
}

interface Value {
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
  readonly metricName?: string;
}

function valuesOf(samples: readonly Sample[]): Value[] {
  return samples.filter(([, value]) => Number.isFinite(value)).map(([labels, value]) => ({ labels, value }));
}

function bucketsOf(name: string, distributions: readonly Distribution[]): Value[] {
  return distributions.flatMap(({ labels, boundsS, cumulative, sumS }) => {
    const total = cumulative.at(-1) ?? 0;
    const bucket = (le: number | string, value: number): Value => ({
      labels: { ...labels, le },
      value,
      metricName: `${name}_bucket`,
    });
    return [
      ...boundsS.map((bound, index) => bucket(bound, cumulative[index] ?? 0)),
      bucket('+Inf', total),
      { labels, value: sumS, metricName: `${name}_sum` },
      { labels, value: total, metricName: `${name}_count` },
    ];
  });
}
