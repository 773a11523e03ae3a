import type { Log } from '../domain/log.ts';
import type { SessionTable } from '../domain/table.ts';
import { buildSessionTable, readTableCache, selectDrivers, writeTableCache } from '../session/index.ts';
import { resolveSession, type SessionRef } from '../source/index.ts';
import { readRecording, throughCache } from './session-cache.ts';
import type { OpenSessionRequest } from './session-request.ts';

export interface OpenedSession {
  readonly table: SessionTable;
  readonly ref: SessionRef;
  readonly fromCache: boolean;
  readonly seconds: number;
}

/**
 * Opens a session: found, then taken from the cached table when its inputs and options are the same, else read, merged
 * and cached. A cache that cannot be written is one warning. Rejects with the errors of the source (F1_SOURCE_*) and
 * with F1_USAGE when none of `drivers` takes part.
 */
export async function openSession(request: OpenSessionRequest): Promise<OpenedSession> {
  const { config, log, signal, onProgress } = request;
  const all = request.all ?? false;
  const startedMs = performance.now();
  const ref = await resolveSession(request.spec, { config, log, signal });
  // The source has told what is missing or odd while it read; of a cached table it is told again here.
  let told = 0;
  const { content: whole, fromCache } = await throughCache<SessionTable>(ref, request, {
    ending: 'f1table',
    noun: 'the session table',
    options: { all },
    read: readTableCache,
    write: writeTableCache,
    make: async () => {
      const raw = await readRecording(ref, request);
      onProgress?.({ stage: 'merge', file: null, done: 0, total: null, unit: 'rows', etaSeconds: null });
      told = raw.report.warnings.length;
      return buildSessionTable(raw, { all });
    },
  });
  if (fromCache) logMissing(whole, log);
  for (const warning of whole.report.warnings.slice(told)) log.warn(warning);
  const table = selectDrivers(whole, request.drivers ?? [], (name) =>
    log.warn(`Driver ${name} is not in this session`),
  );
  return { table, ref, fromCache, seconds: (performance.now() - startedMs) / 1000 };
}

function logMissing({ report: { missing } }: SessionTable, log: Log): void {
  if (missing.length === 0) return;
  const topics = missing.map(({ topic }) => topic).join(', ');
  log.warn(`${missing.length} ${missing.length === 1 ? 'topic is' : 'topics are'} missing: ${topics}`, {
    missing,
  });
}
