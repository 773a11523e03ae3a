/** Runs one benchmark in this process: `node benchmarks/run-one.ts NAME [options]`; the last line of stdout is its result. */
import { resolve } from 'node:path';
import { benchmarkList, benchmarkNames } from './benchmark-list.ts';
import { parseBenchOptions } from './harness/options.ts';
import { root } from './harness/processes.ts';
import { writeResult } from './harness/result.ts';
import { runBenchmark } from './harness/run-benchmark.ts';

const options = parseBenchOptions(process.argv.slice(2), benchmarkNames);
const entry = benchmarkList.find(({ name }) => name === options.names[0]);
if (entry === undefined) throw new Error(`Name one benchmark: ${benchmarkNames.join(', ')}`);
const ending = new AbortController();
const stop = (): void => ending.abort(new Error('Interrupted'));
process.on('SIGINT', stop);
process.on('SIGTERM', stop);
const benchmark = await entry.load();
const timer = setTimeout(
  () => ending.abort(new Error(`It took longer than ${benchmark.limitS} s`)),
  benchmark.limitS * 1000,
);
const result = await runBenchmark(benchmark, options, ending.signal, (line) =>
  process.stderr.write(`  ${line}\n`),
);
clearTimeout(timer);
if (result.reason !== null) process.stderr.write(`  ${result.status}: ${result.reason}\n`);
if (options.out !== null) writeResult(resolve(root, options.out), result);
process.stdout.write(`${JSON.stringify(result)}\n`, () =>
  process.exit(result.status === 'failed' || result.status === 'partial' ? 1 : 0),
);
