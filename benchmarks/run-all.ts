/** Runs benchmarks one after the other, each in a process of its own, and writes BENCHMARKS.md from what is recorded. */
import { resolve } from 'node:path';
import { messageOf } from '../src/domain/errors.ts';
import { benchmarkNames } from './benchmark-list.ts';
import { readLoad, readMachine } from './harness/machine.ts';
import { parseBenchOptions, recordedResults } from './harness/options.ts';
import type { BenchOptions } from './harness/options.ts';
import { root } from './harness/processes.ts';
import { writeReport } from './harness/report.ts';
import { failedResult, hasResultSince, readResults, writeResult } from './harness/result.ts';
import { runInOwnProcess } from './harness/run-in-own-process.ts';

const help = `Usage: npm run bench [-- NAME…] [options]
  NAME            ${benchmarkNames.join(', ')} (default: all)
  --quick         shortened, for trying out: nothing is recorded
  --whole-rival   FastF1 merges every lap, not one of ten (10 minutes more)
  --runs N        runs of each measurement
  --session DIR   folder of a recorded session (default: the shared 2023 Monaco race, else a simulated race)
  --out DIR       folder for the results (default: ${recordedResults})
  --port N        first of 40 ports to use (default: 21800)
Results go to ${recordedResults}/NAME.json, the report to BENCHMARKS.md.
`;

async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--help')) {
    process.stdout.write(help);
    return 0;
  }
  let options: BenchOptions;
  try {
    options = parseBenchOptions(args, benchmarkNames);
  } catch (error) {
    process.stderr.write(`error: ${messageOf(error)}\n${help}`);
    return 2;
  }
  const ending = new AbortController();
  const stop = (): void => ending.abort();
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  const names = options.names.length === 0 ? benchmarkNames : options.names;
  const startedMs = performance.now();
  const outcomes: string[] = [];
  let failures = 0;
  for (const name of names) {
    if (ending.signal.aborted) break;
    process.stderr.write(`${name}\n`);
    const rest = args.filter((argument) => !benchmarkNames.includes(argument));
    const startedAt = new Date().toISOString();
    const before = readLoad();
    const outcome = await runInOwnProcess(
      [resolve(root, 'benchmarks/run-one.ts'), name, ...rest],
      ending.signal,
    );
    if (outcome.failure !== null) {
      failures++;
      // One that was killed wrote nothing: what is there from a former run must not pass for this one's.
      const dir = options.out === null ? null : resolve(root, options.out);
      if (dir !== null && !ending.signal.aborted && !hasResultSince(dir, name, Date.parse(startedAt))) {
        const load = { before, after: readLoad() };
        const facts = { machine: await readMachine(dir), load, startedAt, quick: options.quick };
        writeResult(dir, failedResult(name, outcome.failure, facts));
      }
    }
    outcomes.push(`${name}: ${outcome.failure ?? 'done'} (${outcome.seconds.toFixed(0)} s)`);
  }
  if (options.out !== null && !ending.signal.aborted) {
    const results = readResults(resolve(root, options.out), benchmarkNames);
    const isRecorded = resolve(root, options.out) === resolve(root, recordedResults);
    const path = isRecorded ? resolve(root, 'BENCHMARKS.md') : resolve(root, options.out, 'BENCHMARKS.md');
    writeReport(path, results);
    process.stderr.write(`Report: ${isRecorded ? 'BENCHMARKS.md' : path}\n`);
  }
  const minutes = (performance.now() - startedMs) / 60_000;
  process.stderr.write(`${outcomes.join('\n')}\n${minutes.toFixed(1)} minutes in all\n`);
  return ending.signal.aborted ? 130 : failures > 0 ? 1 : 0;
}

process.exitCode = await main(process.argv.slice(2));
