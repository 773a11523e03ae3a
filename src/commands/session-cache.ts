import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { F1Error, messageOf } from '../domain/errors.ts';
import type { Log } from '../domain/log.ts';
import type { RawSession } from '../domain/raw-session.ts';
import type { SessionRef } from '../source/index.ts';
import { userName } from '../util/user-name.ts';
import { readProgramStamp } from './program-stamp.ts';
import type { OpenSessionRequest } from './session-request.ts';

/** A form of a session that the cache keeps. */
export interface CachedForm<T> {
  /** Ending of the file's name: 'f1table'. */
  readonly ending: string;
  /** For the warning: 'the session table'. */
  readonly noun: string;
  /** Which of the request's options decide the content besides name and aliases. */
  readonly options: Readonly<Record<string, unknown>>;
  read(path: string, fingerprint: string, log: Log): Promise<T | null>;
  write(path: string, content: T, fingerprint: string): Promise<void>;
  make(): Promise<T>;
}

/** What `SessionRef.fingerprint` says before there is anything to take one of. */
const absent = 'absent';

/**
 * Takes a form of a session from the cache when recording, options and program are the same, else makes and keeps it. A cache that
 * cannot be written is one warning.
 */
export async function throughCache<T>(
  ref: SessionRef,
  request: OpenSessionRequest,
  form: CachedForm<T>,
): Promise<{ readonly content: T; readonly fromCache: boolean }> {
  const { config, log, noCache } = request;
  const alias = [...(request.carAlias ?? [])].map((pair) => pair.join('=')).sort();
  const options = JSON.stringify({ ...form.options, name: request.name ?? null, alias });
  const variant = createHash('sha256').update(options).digest('hex').slice(0, 8);
  const path = join(resolve(config.source.cache_dir), 'tables', `${ref.cacheKey}-${variant}.${form.ending}`);
  const [before, program] = await Promise.all([ref.fingerprint(), readProgramStamp()]);
  if (noCache !== true && before !== absent) {
    const kept = await form.read(path, `${before} ${program} ${options}`, log);
    if (kept !== null) return { content: kept, fromCache: true };
  }
  const content = await form.make();
  const after = await ref.fingerprint();
  // A recording that changed while it was read must not be kept as what it is now.
  const isSettled = before === absent || before === after;
  if (noCache !== true && after !== absent && isSettled) {
    try {
      await form.write(path, content, `${after} ${program} ${options}`);
    } catch (error) {
      const hint = error instanceof F1Error ? `. ${error.hint}` : '';
      log.warn(`User ${userName()} cannot keep ${form.noun}: ${messageOf(error)}${hint}`);
    }
  }
  return { content, fromCache: false };
}

/** Reads the recording of a session with what the request says about it. Rejects with the errors of the source. */
export async function readRecording(ref: SessionRef, request: OpenSessionRequest): Promise<RawSession> {
  const { config, log, signal, onProgress, name, carAlias } = request;
  // Loaded only now: a session that the cache keeps needs no reader.
  const { readSession } = await import('../source/read-session.ts');
  const raw = await readSession(ref, {
    config,
    log,
    signal,
    ...(onProgress === undefined ? {} : { onProgress }),
    ...(name === undefined ? {} : { name }),
    ...(carAlias === undefined ? {} : { carAlias }),
  });
  signal.throwIfAborted();
  return raw;
}
