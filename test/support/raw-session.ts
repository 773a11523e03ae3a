import type { RawSession } from '../../src/domain/raw-session.ts';
import { readSession, resolveSession } from '../../src/source/index.ts';
import { keepingLog, neverAborted, testConfig } from '../source/support/test-config.ts';

/** Reads a recorded session of a folder, without a cache. */
export async function rawSession(folder: string, name?: string): Promise<RawSession> {
  const options = { config: testConfig({}), log: keepingLog(), signal: neverAborted };
  const ref = await resolveSession(folder, options);
  return readSession(ref, name === undefined ? options : { ...options, name });
}
