import assert from 'node:assert/strict';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { RawSession } from '../../../src/domain/raw-session.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { startArchiveServer, type ArchiveServer } from './archive-server.ts';
import { madeSession, seasonIndex, underStatic, type MadeOptions } from './made-session.ts';
import { keepingLog, neverAborted, quickRetry, testConfig } from './test-config.ts';

/** An archive on loopback with one made session, an index, and an empty cache. */
export async function setUpArchive(t: TestContext, options: MadeOptions = {}) {
  const session = madeSession(options);
  const index = seasonIndex(2023, [
    {
      name: 'Monaco Grand Prix',
      location: 'Monaco',
      country: 'Monaco',
      circuit: 'Monte Carlo',
      sessions: [
        ['Practice 1', null],
        ['Qualifying', '2023/2023-05-28_Monaco_Grand_Prix/2023-05-27_Qualifying/'],
        ['Race', session.path],
      ],
    },
    {
      name: 'Spanish Grand Prix',
      location: 'Barcelona',
      country: 'Spain',
      circuit: 'Catalunya',
      sessions: [['Race', '2023/2023-06-04_Spanish_Grand_Prix/2023-06-04_Race/']],
    },
  ]);
  const server = await startArchiveServer(
    t,
    new Map([...underStatic(session), ['/static/2023/Index.json', index]]),
  );
  const cacheDir = join(tempDir(t), 'cache');
  const log = keepingLog();
  const config = testConfig({ archive_url: server.url, cache_dir: cacheDir, probe_timeout_ms: 1000 });
  const context = { config, log, signal: neverAborted, retry: quickRetry };
  return { session, server, cacheDir, log, config, context, folder: join(cacheDir, 'archive', session.path) };
}

/** Car rows of all cars. */
export function carRows(session: RawSession): number {
  let count = 0;
  for (const { epochMs } of session.car.values()) count += epochMs.length;
  return count;
}

/** Path of a topic's file on the server. */
export function pathOf(server: ArchiveServer, name: string): string {
  return [...server.files.keys()].find((path) => path.endsWith(`/${name}`)) ?? assert.fail(`no ${name}`);
}
