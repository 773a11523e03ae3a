import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { F1Error, messageOf } from '../domain/errors.ts';
import type { Driver } from '../domain/driver.ts';
import type { RawSession } from '../domain/raw-session.ts';
import { readRawCache } from '../session/raw-cache.ts';
import { isNamed } from '../session/select-drivers.ts';
import type { SessionRef } from '../source/index.ts';
import { resolveSession } from '../source/lookup/resolve-session.ts';
import { userName } from '../util/user-name.ts';
import type { OpenSessionRequest } from './load-session.ts';
import { readProgramStamp } from './program-stamp.ts';

export interface OpenedRaw {
  readonly raw: RawSession;
  readonly ref: SessionRef;
  /** Those of `drivers`, or all. */
  readonly drivers: readonly Driver[];
  readonly fromCache: boolean;
  readonly seconds: number;
}

const absent = 'absent';

/**
 * Opens a session as read, at source rate: found, then taken from what the cache keeps when its inputs are the same, else
 * read and kept. Rejects with the errors of the source (F1_SOURCE_*) and with F1_USAGE when none of `drivers` takes part.
 */
export async function openRaw(request: OpenSessionRequest): Promise<OpenedRaw> {
  const { config, log, signal } = request;
  const startedMs = performance.now();
  const ref = await resolveSession(request.spec, { config, log, signal });
  const alias = [...(request.carAlias ?? [])].map((pair) => pair.join('=')).sort();
  const options = JSON.stringify({ name: request.name ?? null, alias });
  const variant = createHash('sha256').update(options).digest('hex').slice(0, 8);
  const path = join(resolve(config.source.cache_dir), 'tables', `${ref.cacheKey}-${variant}.f1raw`);
  const [before, program] = await Promise.all([ref.fingerprint(), readProgramStamp()]);
  let raw: RawSession | null = null;
  if (request.noCache !== true && before !== absent)
    raw = await readRawCache(path, `${before} ${program} ${options}`, log);
  const fromCache = raw !== null;
  if (raw === null) {
    // Loaded only now: a session that is kept needs no reader.
    const [{ readSession }, { writeRawCache }] = await Promise.all([
      import('../source/read-session.ts'),
      import('../session/raw-cache.ts'),
    ]);
    raw = await readSession(ref, {
      config,
      log,
      signal,
      ...(request.onProgress === undefined ? {} : { onProgress: request.onProgress }),
      ...(request.name === undefined ? {} : { name: request.name }),
      ...(request.carAlias === undefined ? {} : { carAlias: request.carAlias }),
    });
    signal.throwIfAborted();
    const after = await ref.fingerprint();
    // A recording that changed while it was read must not be kept as what it is now.
    const isSettled = before === absent || before === after;
    if (request.noCache !== true && after !== absent && isSettled) {
      await writeRawCache(path, raw, `${after} ${program} ${options}`).catch((error: unknown) => {
        const hint = error instanceof F1Error ? `. ${error.hint}` : '';
        log.warn(`User ${userName()} cannot keep the session as read: ${messageOf(error)}${hint}`);
      });
    }
  } else {
    for (const warning of raw.report.warnings) log.warn(warning);
  }
  const drivers = chooseDrivers(raw, request.drivers ?? [], (name) =>
    log.warn(`Driver ${name} is not in this session`),
  );
  return { raw, ref, drivers, fromCache, seconds: (performance.now() - startedMs) / 1000 };
}

function chooseDrivers(
  raw: RawSession,
  names: readonly string[],
  onUnknown: (name: string) => void,
): readonly Driver[] {
  const numbers = new Set([...raw.car.keys(), ...raw.pos.keys()]);
  const entered =
    raw.drivers.length > 0
      ? raw.drivers
      : [...numbers]
          .sort((a, b) => Number(a) - Number(b))
          .map((number) => ({ number, code: number, name: '', team: '', teamColour: '', line: 0 }));
  if (names.length === 0) return entered;
  for (const name of names) if (!entered.some((driver) => isNamed(driver, name))) onUnknown(name);
  const chosen = entered.filter((driver) => names.some((name) => isNamed(driver, name)));
  if (chosen.length > 0) return chosen;
  throw new F1Error('F1_USAGE', `None of the drivers ${names.join(', ')} is in this session`, {
    hint: `Its drivers are ${entered.map(({ code }) => code).join(', ') || 'not known'}`,
    exitCode: 2,
  });
}
