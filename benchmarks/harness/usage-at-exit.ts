/**
 * Preloaded (`--import`) into a process that is measured: at its exit it writes peak memory and processor time to file
 * descriptor 3, as one line of JSON. VmHWM counts this program alone; ru_maxrss also what forked it.
 */
import { readFileSync, writeSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

if (isMainThread) process.on('exit', writeUsage); // worker threads of the program are preloaded too

function writeUsage(): void {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  let peakRssKb = maxRSS;
  try {
    peakRssKb = Number(/VmHWM:\s+(\d+) kB/u.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? maxRSS);
  } catch {
    // no /proc here: ru_maxrss has to do
  }
  const usage = { peakRssMb: peakRssKb / 1000, cpuS: (userCPUTime + systemCPUTime) / 1e6 };
  try {
    writeSync(3, `${JSON.stringify(usage)}\n`);
  } catch {
    // nobody listens: the process was not started by a benchmark
  }
}
