import { join } from 'node:path';
import { ArchiveClient } from '../archive/archive-client.ts';
import { cacheRoot } from '../archive/cache-folder.ts';
import { keptJson, readKeptJson } from '../archive/kept-json.ts';
import { waitMs } from '../archive/retry.ts';
import type { ResolveOptions } from '../lookup/resolve-options.ts';
import { readAnswer, type AnswerPage } from './results-answer.ts';

/** Reads of the results API, none more often than it allows. */
export interface ResultsClient {
  /** All pages of `/{year}/{what}.json`, or why there are none. Throws only when the signal is aborted. */
  read(path: string): Promise<{ readonly pages: readonly AnswerPage[] } | { readonly reason: string }>;
}

/** The API allows 4 requests a second. */
const minIntervalMs = 250;
/** Its largest page. */
const pageSize = 100;
/** Longest silence it is granted. */
const stallMs = 5000;

/** Client of `source.results_url`; answers are kept in the cache and serve when the API cannot be reached. */
export function createResultsClient({ config, log, signal, retry }: ResolveOptions): ResultsClient {
  const client = new ArchiveClient({
    bases: [config.source.results_url.replace(/\/+$/, '')],
    log,
    signal,
    mirrorTimeoutMs: stallMs,
    retry: retry ?? { attempts: 3, baseDelayMs: 500, maxDelayMs: 4000, stallMs, random: Math.random },
  });
  let nextMs = 0;
  const readPage = async (path: string, offset: number): Promise<AnswerPage | string> => {
    const pauseMs = nextMs - performance.now();
    if (pauseMs > 0) await waitMs(pauseMs, signal);
    nextMs = performance.now() + minIntervalMs;
    const file = join(cacheRoot(config), 'results', `${path.replaceAll('/', '_')}_${offset}.json`);
    const urlPath = `/${path}.json?limit=${pageSize}&offset=${offset}`;
    const answer = await readKeptJson({ client, urlPath, file, log });
    signal.throwIfAborted();
    const page = readAnswer(answer.outcome === 'json' ? answer.value : await keptJson(file));
    if (page === null) return answer.outcome === 'json' ? 'what it sent is no answer of it' : answer.reason;
    if (answer.outcome !== 'json')
      log.info(`Results of ${path} are from the cache, as the API does not answer: ${answer.reason}`);
    return page;
  };
  return {
    async read(path) {
      const pages: AnswerPage[] = [];
      for (let offset = 0; ; offset += pageSize) {
        const page = await readPage(path, offset);
        if (typeof page === 'string') return { reason: page };
        pages.push(page);
        if (offset + pageSize >= page.total || page.races.length === 0) return { pages };
      }
    },
  };
}
