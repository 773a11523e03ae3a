import { execFile } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { F1Error } from '../../domain/errors.ts';
import { processName } from '../../util/process-info.ts';
import type { ManagedPaths } from './paths.ts';

/**
 * Throws F1_KAFKA_LOCKED when a process that our lock does not know has the data folder open: Kafka locks the file
 * `.lock` in it, but only after it has opened the metadata log, which can kill the broker that runs there.
 */
export async function requireUnusedData(paths: ManagedPaths): Promise<void> {
  const file = join(paths.data, '.lock');
  if (!existsSync(file)) return;
  const pid = process.platform === 'linux' ? linuxHolder(file) : await lsofHolder(file);
  if (pid === null) return;
  throw new F1Error(
    'F1_KAFKA_LOCKED',
    `Cannot start Kafka: the data folder ${paths.data} is open in ${processName(pid) ?? 'a process'} (pid ${pid}), which this command did not start`,
    {
      hint: `End that process (kill ${pid}), or name another folder: --dir DIR (kafka.managed.dir)`,
      exitCode: 2,
    },
  );
}

/** Lines of /proc/locks: `1: POSIX  ADVISORY  WRITE 1234 fe:00:5678 0 EOF` (process id, device and inode). */
function linuxHolder(file: string): number | null {
  const { ino } = statSync(file);
  for (const line of readFileSync('/proc/locks', 'utf8').split('\n')) {
    const fields = line.trim().split(/\s+/u);
    const pid = Number(fields[4]);
    if (fields[5]?.split(':')[2] === String(ino) && pid > 0 && processName(pid) !== null) return pid;
  }
  return null;
}

async function lsofHolder(file: string): Promise<number | null> {
  try {
    const { stdout } = await promisify(execFile)('lsof', ['-t', file], { timeout: 3000 });
    return Number(stdout.trim().split('\n')[0]) || null;
  } catch {
    return null; // no lsof, or nobody has it open
  }
}
