import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { hasPrometheus, startPrometheus } from '../../grafana/check/prometheus-process.ts';

/** One series of an answer: labels without the metric's name, time [s] and value of its newest sample. */
export interface PrometheusSample {
  readonly labels: Readonly<Record<string, string>>;
  readonly atS: number;
  readonly value: number;
}

/** A real Prometheus that scrapes one bridge and ends with the test. */
export interface TestPrometheus {
  readonly url: string;
  /** An instant query; rejects with the server's own words when it refuses the expression. */
  query(expression: string): Promise<PrometheusSample[]>;
  /** Health of the scrape target (`up`, `down`, `unknown`) and the last error of a scrape, empty when there is none. */
  target(): Promise<{ readonly health: string; readonly lastError: string; readonly lastScrapeS: number }>;
  /** Repeats a query until it has series whose values are all numbers; the last answer after `limitMs`. */
  settled(expression: string, limitMs?: number): Promise<PrometheusSample[]>;
}

const pollMs = 250;

/** Skip reason for tests that need Prometheus: false = run. */
export const skipWithoutPrometheus: string | false = hasPrometheus()
  ? false
  : 'prometheus (Debian package prometheus) is not installed';

/**
 * Starts Prometheus on a free port against `GET /metrics` of a bridge. Where the program is absent the test is counted as
 * skipped, with the reason, and the answer is null.
 */
export async function createPrometheus(
  t: TestContext,
  bridgeUrl: string,
  { scrapeMs = 1000 }: { readonly scrapeMs?: number } = {},
): Promise<TestPrometheus | null> {
  if (skipWithoutPrometheus !== false) {
    t.skip(skipWithoutPrometheus);
    return null;
  }
  const server = await startPrometheus(bridgeUrl, scrapeMs, t.signal);
  t.after(() => server.close());
  const ask = async (path: string): Promise<unknown> => {
    const answer = await fetch(`${server.url}/api/v1/${path}`, { signal: t.signal });
    const body = (await answer.json()) as { status: string; error?: string; data: unknown };
    if (body.status !== 'success')
      throw new Error(`Prometheus refuses ${path}: ${body.error ?? answer.statusText}`);
    return body.data;
  };
  const query = async (expression: string): Promise<PrometheusSample[]> => {
    const data = await ask(`query?${new URLSearchParams({ query: expression }).toString()}`);
    return samplesOf(data as QueryData);
  };
  return {
    url: server.url,
    query,
    async target() {
      const data = (await ask('targets?state=active')) as { activeTargets: ScrapeTarget[] };
      const [first] = data.activeTargets;
      return {
        health: first?.health ?? 'unknown',
        lastError: first?.lastError ?? '',
        lastScrapeS: first?.lastScrapeDuration ?? Number.NaN,
      };
    },
    async settled(expression, limitMs = 10_000) {
      const untilMs = performance.now() + limitMs;
      for (;;) {
        const samples = await query(expression);
        const isDone = samples.length > 0 && samples.every(({ value }) => !Number.isNaN(value));
        if (isDone || performance.now() > untilMs) return samples;
        await delay(pollMs, undefined, { signal: t.signal });
      }
    },
  };
}

interface ScrapeTarget {
  readonly health: string;
  readonly lastError: string;
  /** [s] */
  readonly lastScrapeDuration: number;
}

type Sample = readonly [atS: number, text: string];
type QueryData =
  | { readonly resultType: 'scalar'; readonly result: Sample }
  | {
      readonly resultType: 'vector';
      readonly result: readonly { metric: Record<string, string>; value: Sample }[];
    };

function samplesOf(data: QueryData): PrometheusSample[] {
  const series = data.resultType === 'scalar' ? [{ metric: {}, value: data.result }] : data.result;
  return series.map(({ metric, value: [atS, text] }) => {
    const { __name__: _, ...labels } = metric as Record<string, string>;
    return { labels, atS, value: numberOf(text) };
  });
}

/** Prometheus writes infinities as +Inf and -Inf. */
function numberOf(text: string): number {
  if (text === '+Inf') return Number.POSITIVE_INFINITY;
  return text === '-Inf' ? Number.NEGATIVE_INFINITY : Number(text);
}
