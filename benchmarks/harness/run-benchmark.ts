import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { sharedData } from '../../test/support/shared-data.ts';
import { messageOf } from '../../src/domain/errors.ts';
import { SkipError } from './context.ts';
import type { Benchmark, BenchContext } from './context.ts';
import { makeFigure } from './figure.ts';
import type { Figure } from './figure.ts';
import { readLoad, readMachine } from './machine.ts';
import type { BenchOptions } from './options.ts';
import { createProcesses, root } from './processes.ts';
import { anonymise, privateNames } from './result.ts';
import type { BenchmarkResult, ResultTable, SessionFacts } from './result.ts';

/**
 * Runs one benchmark, whatever happens closes what it opened, and resolves to its result: `failed` with the reason when
 * it threw before the first figure, `partial` after it.
 */
export async function runBenchmark(
  benchmark: Benchmark,
  options: BenchOptions,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<BenchmarkResult> {
  const dir = mkdtempSync(join(tmpdir(), 'slipstream-bench-'));
  const startedAt = new Date().toISOString();
  const startedMs = performance.now();
  const machine = await readMachine(dir);
  const before = readLoad();
  const processes = createProcesses(signal);
  const closers: (() => Promise<void> | void)[] = [];
  const figures: Figure[] = [];
  const tables: ResultTable[] = [];
  const method: string[] = [];
  const caveats: string[] = [];
  const skipped: { what: string; reason: string }[] = [];
  const found: { session: SessionFacts | null } = { session: null };
  const context: BenchContext = {
    options,
    runs: (normal) => options.runs ?? (options.quick ? 1 : normal),
    dir,
    port: (n) => options.port + n,
    signal,
    processes,
    say,
    figure(input) {
      const figure = makeFigure(input);
      figures.push(figure);
      say(figureLine(figure));
    },
    table: (table) => void tables.push(table),
    method: (sentence) => void method.push(sentence),
    caveat: (sentence) => void caveats.push(sentence),
    skip(what, reason) {
      skipped.push({ what, reason });
      say(`skipped: ${what}: ${reason}`);
    },
    session: (facts) => void (found.session = facts),
    onEnd: (close) => void closers.push(close),
  };
  let status: BenchmarkResult['status'] = 'done';
  let reason: string | null = null;
  try {
    await benchmark.run(context);
  } catch (error) {
    status = error instanceof SkipError ? 'skipped' : figures.length > 0 ? 'partial' : 'failed';
    reason = signal.aborted ? 'It was interrupted' : messageOf(error);
  }
  await processes.endAll();
  for (const close of closers.toReversed()) {
    try {
      await close();
    } catch (error) {
      say(`closing: ${messageOf(error)}`);
    }
  }
  rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
  const result: BenchmarkResult = {
    format: 1,
    name: benchmark.name,
    title: benchmark.title,
    status,
    reason,
    quick: options.quick,
    startedAt,
    seconds: Math.round((performance.now() - startedMs) / 100) / 10,
    machine,
    load: { before, after: readLoad() },
    session: found.session,
    method,
    figures,
    tables,
    caveats,
    skipped,
  };
  const folder = options.session === null ? sharedData() : resolve(options.session);
  const session = folder === null ? [] : [[folder, '<session data>'] as const];
  return anonymise(result, [...session, ...privateNames(root)]);
}

/** One figure as a line for the console. */
export function figureLine({ label, unit, runs, min, median, max, bar, rival }: Figure): string {
  const spread = runs === 1 ? `${median} ${unit}` : `${median} ${unit} (${min}–${max}, ${runs} runs)`;
  const verdict = bar === null ? '' : `; ${bar.is} ${bar.limit} ${unit}: ${bar.isMet ? 'met' : 'MISSED'}`;
  const theirs = rival === null ? '' : `; ${rival.name} ${rival.median} ${unit}, ratio ${rival.ratio}`;
  return `${label}: ${spread}${verdict}${theirs}`;
}
