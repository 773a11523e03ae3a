import { noLog, type Log } from '../domain/log.ts';
import type { LapSession, RawSession } from '../domain/raw-session.ts';
import { readCacheFile, writeCacheFile, type CacheFormat } from './cache-file.ts';
import { packSamples, viewSamples, type SampleLayout } from './sample-layout.ts';

const rawFormat: CacheFormat = {
  magic: Buffer.from('F1RAWS\r\n', 'latin1'),
  version: 3,
  noun: 'session as read',
  otherwise: 'is read anew',
};
const lapFormat: CacheFormat = {
  magic: Buffer.from('F1LAPS\r\n', 'latin1'),
  version: 2,
  noun: 'laps of the session',
  otherwise: 'are read anew',
};

type Samples = Pick<LapSession, 'car' | 'pos'>;

/** What is kept as text: everything but the samples. */
interface Header<Session> {
  readonly fingerprint: string;
  readonly samples: SampleLayout;
  readonly rest: Omit<Session, keyof Samples>;
}

/**
 * Keeps a session as read in one binary file, beside its place first and then renamed. `fingerprint` names the inputs it
 * was read from. Rejects with F1_SESSION_CACHE when the file cannot be written.
 */
export function writeRawCache(path: string, raw: RawSession, fingerprint: string): Promise<void> {
  return write(path, rawFormat, raw, fingerprint);
}

/**
 * The session of a file that `writeRawCache` wrote for the same fingerprint, columns viewed in place; null when there is
 * none or, with a line in the log, when it is of another version, stale or damaged. One read and one pass for the checksum.
 */
export function readRawCache(
  path: string,
  fingerprint: string,
  log: Log = noLog,
): Promise<RawSession | null> {
  return read<RawSession>(path, rawFormat, fingerprint, log, (rest, samples) => ({ ...rest, ...samples }));
}

/** As `writeRawCache`, of what single laps need: half the bytes, a fifth of the text. */
export function writeLapCache(path: string, session: LapSession, fingerprint: string): Promise<void> {
  const { identity, t0EpochMs, drivers, report, car, pos, timing } = session;
  const kept = { identity, t0EpochMs, drivers, report, car, pos, timing: { lapTable: timing.lapTable } };
  return write<LapSession>(path, lapFormat, kept, fingerprint);
}

/** As `readRawCache`, for a file of `writeLapCache`. */
export function readLapCache(
  path: string,
  fingerprint: string,
  log: Log = noLog,
): Promise<LapSession | null> {
  return read<LapSession>(path, lapFormat, fingerprint, log, (rest, samples) => ({ ...rest, ...samples }));
}

async function write<Session extends LapSession>(
  path: string,
  format: CacheFormat,
  session: Session,
  fingerprint: string,
): Promise<void> {
  const { car, pos, ...rest } = session;
  const { layout, columns } = packSamples(car, pos);
  await writeCacheFile(
    path,
    format,
    { fingerprint, samples: layout, rest } satisfies Header<Session>,
    columns,
  );
}

function read<Session extends LapSession>(
  path: string,
  format: CacheFormat,
  fingerprint: string,
  log: Log,
  join: (rest: Omit<Session, keyof Samples>, samples: Samples) => Session,
): Promise<Session | null> {
  return readCacheFile(
    path,
    format,
    (content, columns): Session | string => {
      const { fingerprint: madeFrom, samples, rest } = content as Header<Session>;
      if (madeFrom !== fingerprint)
        return 'is stale (the recording, the options or the program have changed)';
      return join(rest, viewSamples(samples, columns));
    },
    log,
  );
}
