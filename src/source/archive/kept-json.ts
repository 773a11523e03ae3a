import { readFile } from 'node:fs/promises';
import { messageOf } from '../../domain/errors.ts';
import type { Log } from '../../domain/log.ts';
import { isObject } from '../decode/feed-columns.ts';
import type { ArchiveClient } from './archive-client.ts';
import { writeCacheFile } from './cache-folder.ts';
import { NetworkError, type Validators } from './request.ts';

export interface KeptJsonOptions {
  readonly client: ArchiveClient;
  /** Below the client's bases. */
  readonly urlPath: string;
  /** Where the answer is kept, with its validators beside. */
  readonly file: string;
  readonly log: Log;
  /** Bound on the look-up; the usual retries without it. */
  readonly timeoutMs?: number;
}

/** A JSON file of a server as it is now, or why there is none. */
export type KeptJson =
  | { readonly outcome: 'json'; readonly value: unknown }
  | { readonly outcome: 'absent'; readonly reason: string }
  | { readonly outcome: 'unreachable'; readonly reason: string };

/** Asks a server for a JSON file by a conditional request and keeps what it sends. Never throws for the network. */
export async function readKeptJson(options: KeptJsonOptions): Promise<KeptJson> {
  const { client, urlPath, file, log } = options;
  const kept = await keptJson(file);
  const known = kept === undefined ? null : await keptValidators(file);
  try {
    const bound = options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs };
    const answer = await client.readText(urlPath, { known, ...bound });
    if (answer.outcome === 'unchanged' && kept !== undefined) return { outcome: 'json', value: kept };
    if (answer.outcome === 'absent')
      return { outcome: 'absent', reason: `the server answers ${answer.status}` };
    if (answer.outcome !== 'text')
      return { outcome: 'absent', reason: 'the server sent an HTML or XML page' };
    const value: unknown = JSON.parse(answer.text);
    await keep(file, answer.text, answer, log);
    return { outcome: 'json', value };
  } catch (error) {
    if (error instanceof NetworkError) return { outcome: 'unreachable', reason: error.message };
    if (error instanceof SyntaxError)
      return { outcome: 'absent', reason: `what it sent is broken: ${error.message}` };
    throw error;
  }
}

/** What was kept of an earlier answer; undefined when there is nothing readable. */
export async function keptJson(file: string): Promise<unknown> {
  try {
    return JSON.parse((await readFile(file, 'utf8')).replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
}

async function keptValidators(file: string): Promise<Validators | null> {
  const value = await keptJson(`${file}.state`);
  if (!isObject(value)) return null;
  const { etag, lastModified } = value;
  return {
    etag: typeof etag === 'string' ? etag : null,
    lastModified: typeof lastModified === 'string' ? lastModified : null,
  };
}

async function keep(file: string, text: string, { etag, lastModified }: Validators, log: Log): Promise<void> {
  try {
    await writeCacheFile(file, text);
    await writeCacheFile(`${file}.state`, JSON.stringify({ etag, lastModified }));
  } catch (error) {
    log.debug(`${file} is not kept: ${messageOf(error)}`);
  }
}
