import type { Config } from '../../config/schema.ts';
import type { Log } from '../../domain/log.ts';
import { ArchiveClient } from '../archive/archive-client.ts';
import type { RetryPolicy } from '../archive/retry.ts';
import type { CheckOptions } from './check-copy.ts';

export interface ResolveOptions {
  readonly config: Config;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Bound on the look for the archive; retries for as long as it takes without it. */
  readonly timeoutMs?: number;
  /** True: a copy in the cache is taken as it is, without a look at the archive. */
  readonly trustCache?: boolean;
  /** How failed requests are tried again; a default for all but tests. */
  readonly retry?: RetryPolicy;
  /** The present, for "has not been run yet"; `Date.now` by default. */
  readonly nowEpochMs?: () => number;
}

/** Client for the configured archive and its mirror. */
export function createArchiveClient(options: ResolveOptions): ArchiveClient {
  const { archive_url: archive, mirror_url: mirror, probe_timeout_ms: probeMs } = options.config.source;
  const bases = [archive, ...(mirror === null ? [] : [mirror])].map((base) =>
    base.replace(/\/+$/, '').replace(/\/static$/, ''),
  );
  const retry = options.retry === undefined ? {} : { retry: options.retry };
  return new ArchiveClient({
    bases,
    log: options.log,
    signal: options.signal,
    mirrorTimeoutMs: probeMs,
    ...retry,
  });
}

/** How a copy in the cache is compared with the archive. */
export function checkOptions({ config, log, trustCache }: ResolveOptions): CheckOptions {
  return { log, timeoutMs: config.source.probe_timeout_ms, trustCache };
}
