import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import type { Config } from '../config/schema.ts';
import { F1Error, messageOf } from '../domain/errors.ts';
import type { Log, OnProgress } from '../domain/log.ts';
import type { SessionTable } from '../domain/table.ts';
import { buildSessionTable, readTableCache, selectDrivers, writeTableCache } from '../session/index.ts';
import { userName } from '../util/user-name.ts';
import { readProgramStamp } from './program-stamp.ts';
import { readSession, resolveSession, type SessionRef } from '../source/index.ts';

export interface OpenSessionRequest {
  /** SESSION of the command line; the configured race when undefined. */
  readonly spec: string | undefined;
  readonly config: Config;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly onProgress?: OnProgress | undefined;
  /** Everything recorded instead of first lap start to last lap end. */
  readonly all?: boolean | undefined;
  /** Codes or car numbers; empty or absent = all. */
  readonly drivers?: readonly string[] | undefined;
  /** Identity for a session that has none of its own. */
  readonly name?: string | undefined;
  /** Car numbers to rename, old → new. */
  readonly carAlias?: ReadonlyMap<string, string> | undefined;
  /** Neither reads nor writes the cached table. */
  readonly noCache?: boolean | undefined;
}

export interface OpenedSession {
  readonly table: SessionTable;
  readonly ref: SessionRef;
  readonly fromCache: boolean;
  readonly seconds: number;
}

/** What `SessionRef.fingerprint` says before there is anything to take one of. */
const absent = 'absent';

/**
 * Opens a session: found, then taken from the cached table when its inputs and options are the same, else read, merged
 * and cached. A cache that cannot be written is one warning. Rejects with the errors of the source (F1_SOURCE_*) and
 * with F1_USAGE when none of `drivers` takes part.
 */
export async function openSession(request: OpenSessionRequest): Promise<OpenedSession> {
  const { config, log, signal, onProgress } = request;
  const startedMs = performance.now();
  const ref = await resolveSession(request.spec, { config, log, signal });
  const options = optionsText(request);
  const path = tablePath(config, ref, options);
  const [before, program] = await Promise.all([ref.fingerprint(), readProgramStamp()]);
  let whole: SessionTable | null = null;
  if (request.noCache !== true && before !== absent) {
    whole = await readTableCache(path, `${before} ${program} ${options}`, log);
  }
  const fromCache = whole !== null;
  // The source has told what is missing or odd while it read; of a cached table it is told again here.
  let told = 0;
  if (whole !== null) logMissing(whole, log);
  if (whole === null) {
    const raw = await readSession(ref, {
      config,
      log,
      signal,
      ...(onProgress === undefined ? {} : { onProgress }),
      ...(request.name === undefined ? {} : { name: request.name }),
      ...(request.carAlias === undefined ? {} : { carAlias: request.carAlias }),
    });
    signal.throwIfAborted();
    onProgress?.({ stage: 'merge', file: null, done: 0, total: null, unit: 'rows', etaSeconds: null });
    whole = buildSessionTable(raw, { all: request.all ?? false });
    told = raw.report.warnings.length;
    const after = await ref.fingerprint();
    // A recording that changed while it was read must not be kept as what it is now.
    const isSettled = before === absent || before === after;
    if (request.noCache !== true && after !== absent && isSettled) {
      await keepTable(path, whole, `${after} ${program} ${options}`, log);
    }
  }
  for (const warning of whole.report.warnings.slice(told)) log.warn(warning);
  const table = selectDrivers(whole, request.drivers ?? [], (name) =>
    log.warn(`Driver ${name} is not in this session`),
  );
  return { table, ref, fromCache, seconds: (performance.now() - startedMs) / 1000 };
}

/** `--car-alias 9=20,10=21` as a map. Throws F1_USAGE for anything else. */
export function parseCarAlias(text: string): ReadonlyMap<string, string> {
  const pairs = text.split(',').map((pair) => {
    const match = /^\s*(\d{1,3})\s*=\s*(\d{1,3})\s*$/.exec(pair);
    if (match === null) {
      throw new F1Error('F1_USAGE', `Cannot read car alias "${pair}": it must be OLD=NEW, two car numbers`, {
        hint: 'Example: --car-alias 9=20',
        exitCode: 2,
      });
    }
    return [match[1]!, match[2]!] as const;
  });
  return new Map(pairs);
}

/** What besides the recording decides the table: part of the fingerprint and of the file name. */
function optionsText(request: OpenSessionRequest): string {
  const alias = [...(request.carAlias ?? [])].map((pair) => pair.join('=')).sort();
  return JSON.stringify({ all: request.all ?? false, name: request.name ?? null, alias });
}

function tablePath(config: Config, ref: SessionRef, options: string): string {
  const variant = createHash('sha256').update(options).digest('hex').slice(0, 8);
  return join(resolve(config.source.cache_dir), 'tables', `${ref.cacheKey}-${variant}.f1table`);
}

function logMissing({ report: { missing } }: SessionTable, log: Log): void {
  if (missing.length === 0) return;
  const topics = missing.map(({ topic }) => topic).join(', ');
  log.warn(`${missing.length} ${missing.length === 1 ? 'topic is' : 'topics are'} missing: ${topics}`, {
    missing,
  });
}

async function keepTable(path: string, table: SessionTable, fingerprint: string, log: Log): Promise<void> {
  try {
    await writeTableCache(path, table, fingerprint);
  } catch (error) {
    const hint = error instanceof F1Error ? `. ${error.hint}` : '';
    log.warn(`User ${userName()} cannot keep the session table: ${messageOf(error)}${hint}`);
  }
}
