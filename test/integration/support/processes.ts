import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** Running processes whose environment has the entry NAME=VALUE: a program with all it started, whatever its group. */
export function processesWith(entry: string): number[] {
  return process.platform === 'linux' ? fromProc(entry) : fromPs(entry);
}

function fromProc(entry: string): number[] {
  const pids: number[] = [];
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/u.test(name)) continue;
    try {
      // A zombie has no environment any more, so it does not count.
      if (readFileSync(`/proc/${name}/environ`, 'latin1').split('\0').includes(entry))
        pids.push(Number(name));
    } catch {
      // another user's process, or one that is gone
    }
  }
  return pids;
}

function fromPs(entry: string): number[] {
  return execFileSync('ps', ['-Eww', '-ax', '-o', 'pid=,command='], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(entry))
    .map((line) => Number.parseInt(line, 10));
}

/** Resolves when none of the program's processes runs any more; rejects with what is left after `withinMs`. */
export async function noneLeft(family: () => number[], withinMs = 5000): Promise<void> {
  const end = performance.now() + withinMs;
  for (;;) {
    const left = family();
    if (left.length === 0) return;
    if (performance.now() > end) throw new Error(`Processes are left: ${left.map(describe).join('; ')}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function describe(pid: number): string {
  try {
    return `${pid} ${readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').slice(0, 200)}`;
  } catch {
    return String(pid);
  }
}
