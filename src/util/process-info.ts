import { execFileSync } from 'node:child_process';
import type { ExecFileSyncOptionsWithStringEncoding } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';

/**
 * When a process started, as an opaque text that differs for a later process with the same id; null when it does not
 * run (or only its exit status is left).
 */
export function processStartTime(pid: number): string | null {
  if (process.platform === 'linux') return linuxStat(pid);
  if (process.platform === 'win32') return signalReaches(pid) ? 'unknown' : null;
  const [state, ...started] = (ps(pid, 'stat=', 'lstart=') ?? '').split(/\s+/u);
  return state === undefined || state === '' || state.startsWith('Z') ? null : started.join(' ');
}

/** True while the process that had this id and start time is running. */
export function isProcessAlive(pid: number, startTime: string): boolean {
  return processStartTime(pid) === startTime;
}

/** Name of a running process for people ('java', 'node'); null when it cannot be told. */
export function processName(pid: number): string | null {
  if (process.platform === 'win32') return null;
  if (process.platform !== 'linux') {
    const command = ps(pid, 'comm=');
    return command === null ? null : basename(command);
  }
  try {
    // The program of the command line: `comm` is a thread's name, and Node calls its first one MainThread.
    const [program = ''] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return basename(program) || readFileSync(`/proc/${pid}/comm`, 'utf8').trim() || null;
  } catch {
    return null; // the process is gone
  }
}

/** Field 22 of /proc/PID/stat (clock ticks since boot) with the boot id, for a restart of the machine resets both. */
function linuxStat(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return null;
    return `${fields[19]}@${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').slice(0, 8)}`;
  } catch {
    return null; // no such process
  }
}

function ps(pid: number, ...formats: readonly string[]): string | null {
  try {
    const options: ExecFileSyncOptionsWithStringEncoding = {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    };
    const columns = formats.flatMap((format) => ['-o', format]);
    return execFileSync('ps', ['-p', String(pid), ...columns], options).trim() || null;
  } catch {
    return null; // ps answers 1 for a process that does not exist
  }
}

function signalReaches(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
