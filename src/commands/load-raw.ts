import type { Driver } from '../domain/driver.ts';
import type { RawSession } from '../domain/raw-session.ts';
import { enteredDrivers } from '../session/entered-drivers.ts';
import { readRawCache, writeRawCache } from '../session/raw-cache.ts';
import { chooseDrivers } from '../session/select-drivers.ts';
import type { SessionRef } from '../source/index.ts';
import { resolveSession } from '../source/lookup/resolve-session.ts';
import { readRecording, throughCache } from './session-cache.ts';
import type { OpenSessionRequest } from './session-request.ts';

export interface OpenedRaw {
  readonly raw: RawSession;
  readonly ref: SessionRef;
  /** Those of `drivers`, or all. */
  readonly drivers: readonly Driver[];
  readonly fromCache: boolean;
  readonly seconds: number;
}

/**
 * Opens a session as read, at source rate: found, then taken from what the cache keeps when its inputs are the same, else
 * read and kept. Rejects with the errors of the source (F1_SOURCE_*) and with F1_USAGE when none of `drivers` takes part.
 */
export async function openRaw(request: OpenSessionRequest): Promise<OpenedRaw> {
  const { config, log, signal } = request;
  const startedMs = performance.now();
  const ref = await resolveSession(request.spec, { config, log, signal });
  const { content: raw, fromCache } = await throughCache<RawSession>(ref, request, {
    ending: 'f1raw',
    noun: 'the session as read',
    options: {},
    read: readRawCache,
    write: writeRawCache,
    make: () => readRecording(ref, request),
  });
  // The source has told what is odd while it read; of what was kept it is told again here.
  if (fromCache) for (const warning of raw.report.warnings) log.warn(warning);
  const drivers = chooseDrivers(enteredDrivers(raw), request.drivers ?? [], (name) =>
    log.warn(`Driver ${name} is not in this session`),
  );
  return { raw, ref, drivers, fromCache, seconds: (performance.now() - startedMs) / 1000 };
}
