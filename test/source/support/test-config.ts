import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import { configSchema, type Config } from '../../../src/config/schema.ts';
import type { Log } from '../../../src/domain/log.ts';
import type { RetryPolicy } from '../../../src/source/archive/retry.ts';

const shipped = resolve(import.meta.dirname, '../../../config/config.yaml');

/** The shipped configuration with another source section. */
export function testConfig(source: Partial<Config['source']>): Config {
  const config = configSchema.parse(parse(readFileSync(shipped, 'utf8')));
  return { ...config, source: { ...config.source, mirror_url: null, ...source } };
}

/** A log that keeps its lines by level. */
export function keepingLog(): Log & { readonly warnings: string[]; readonly infos: string[] } {
  const warnings: string[] = [];
  const infos: string[] = [];
  return {
    warnings,
    infos,
    debug: () => {},
    info: (message) => void infos.push(message),
    warn: (message) => void warnings.push(message),
    error: (message) => void warnings.push(message),
  };
}

/** Retries without the waiting. */
export const quickRetry: RetryPolicy = {
  attempts: 4,
  baseDelayMs: 1,
  maxDelayMs: 5,
  stallMs: 2000,
  random: () => 0.5,
};

/** A signal that is never aborted. */
export const neverAborted = new AbortController().signal;
