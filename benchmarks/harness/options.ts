import { parseArgs } from 'node:util';

/** How a benchmark is run. */
export interface BenchOptions {
  /** Benchmarks to run; empty = all. */
  readonly names: readonly string[];
  /** Shortened: for trying out; nothing is recorded unless `out` says where. */
  readonly quick: boolean;
  /** The rival does the whole work where a part of it, scaled, would do. */
  readonly wholeRival: boolean;
  /** Runs of each measurement; null = what the benchmark finds right. */
  readonly runs: number | null;
  /** Folder of a recorded session; null = the shared Monaco race, else a simulated one. */
  readonly session: string | null;
  /** Folder for the results; null = nothing is kept. */
  readonly out: string | null;
  /** First of the ports to use, 40 in all. */
  readonly port: number;
}

/** Folder of the recorded results, relative to the repository. */
export const recordedResults = 'benchmarks/results';

/** Reads `[NAME…] [--quick] [--whole-rival] [--runs N] [--session DIR] [--out DIR] [--port N]`; throws an Error that says what is wrong. */
export function parseBenchOptions(args: readonly string[], known: readonly string[]): BenchOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      'whole-rival': { type: 'boolean', default: false },
      runs: { type: 'string' },
      session: { type: 'string' },
      out: { type: 'string' },
      port: { type: 'string', default: '21800' },
    },
  });
  const unknown = positionals.find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new Error(`There is no benchmark "${unknown}": it must be one of ${known.join(', ')}`);
  return {
    names: positionals,
    quick: values.quick,
    wholeRival: values['whole-rival'],
    runs: values.runs === undefined ? null : whole('--runs', values.runs, 1, 100),
    session: values.session ?? null,
    out: values.out ?? (values.quick ? null : recordedResults),
    port: whole('--port', values.port, 1024, 65_000),
  };
}

function whole(option: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isInteger(value) && value >= min && value <= max) return value;
  throw new Error(`Cannot use ${option} ${text}: it must be a whole number from ${min} to ${max}`);
}
