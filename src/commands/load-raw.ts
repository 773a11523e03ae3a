import type { Driver } from '../domain/driver.ts';
import type { LapSession, RawSession } from '../domain/raw-session.ts';
import { enteredDrivers } from '../session/entered-drivers.ts';
import { readLapCache, readRawCache, writeLapCache, writeRawCache } from '../session/raw-cache.ts';
import { chooseDrivers } from '../session/select-drivers.ts';
import type { SessionRef } from '../source/index.ts';
import { resolveSession } from '../source/lookup/resolve-session.ts';
import { readRecording, throughCache } from './session-cache.ts';
import type { OpenSessionRequest } from './session-request.ts';

export interface OpenedRaw<Session extends LapSession = RawSession> {
  readonly raw: Session;
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
  const startedMs = performance.now();
  const ref = await resolveSession(request.spec, request);
  return toldAndChosen(ref, request, startedMs, await rawThroughCache(ref, request));
}

/** As `openRaw`, of what single laps need: kept apart, so that one lap starts in a quarter of the time. */
export async function openLaps(request: OpenSessionRequest): Promise<OpenedRaw<LapSession>> {
  const startedMs = performance.now();
  const ref = await resolveSession(request.spec, request);
  const kept = await throughCache<LapSession>(ref, request, {
    ending: 'f1laps',
    noun: 'the laps of the session',
    options: {},
    read: readLapCache,
    write: writeLapCache,
    make: async () => (await rawThroughCache(ref, request)).content,
  });
  return toldAndChosen(ref, request, startedMs, kept);
}

function rawThroughCache(
  ref: SessionRef,
  request: OpenSessionRequest,
): Promise<{ readonly content: RawSession; readonly fromCache: boolean }> {
  return throughCache<RawSession>(ref, request, {
    ending: 'f1raw',
    noun: 'the session as read',
    options: {},
    read: readRawCache,
    write: writeRawCache,
    make: () => readRecording(ref, request),
  });
}

function toldAndChosen<Session extends LapSession>(
  ref: SessionRef,
  { log, drivers: names = [] }: OpenSessionRequest,
  startedMs: number,
  { content: raw, fromCache }: { readonly content: Session; readonly fromCache: boolean },
): OpenedRaw<Session> {
  // The source has told what is odd while it read; of what was kept it is told again here.
  if (fromCache) for (const warning of raw.report.warnings) log.warn(warning);
  const drivers = chooseDrivers(enteredDrivers(raw), names, (name) =>
    log.warn(`Driver ${name} is not in this session`),
  );
  return { raw, ref, drivers, fromCache, seconds: (performance.now() - startedMs) / 1000 };
}
