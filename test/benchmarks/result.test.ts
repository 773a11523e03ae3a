import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { homedir, hostname, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { benchmarkNames } from '../../benchmarks/benchmark-list.ts';
import { makeFigure } from '../../benchmarks/harness/figure.ts';
import { parseBenchOptions, recordedResults } from '../../benchmarks/harness/options.ts';
import { publishedDriftMs, publishedRate } from '../../benchmarks/harness/published.ts';
import { reportText } from '../../benchmarks/harness/report.ts';
import {
  anonymise,
  failedResult,
  hasResultSince,
  privateNames,
  readResults,
  writeResult,
} from '../../benchmarks/harness/result.ts';
import type { BenchmarkResult } from '../../benchmarks/harness/result.ts';
import { tempDir } from '../support/temp-dir.ts';

const root = resolve(import.meta.dirname, '../..');

function makeResult(over: Partial<BenchmarkResult> = {}): BenchmarkResult {
  return {
    format: 1,
    name: 'codec',
    title: 'Codec',
    status: 'done',
    reason: null,
    quick: false,
    startedAt: '2026-01-02T03:04:05.000Z',
    seconds: 12.3,
    machine: {
      cpu: 'A processor',
      logicalCpus: 2,
      memoryGb: 24,
      os: 'A system',
      kernel: 'linux 6',
      arch: 'x64',
      node: '24.0.0',
      v8: '13',
      kafka: '4.3.1',
      java: null,
    },
    load: { before: [0.1, 0.2, 0.3], after: [1.1, 1.2, 1.3] },
    session: { title: 'A race', simulated: true, rows: 12_345, drivers: 20 },
    method: ['How it is measured.'],
    figures: [],
    tables: [
      {
        title: 'Parts',
        columns: ['part', 's'],
        rows: [
          ['one', 1.5],
          ['two', null],
        ],
      },
    ],
    caveats: ['What it does not show.'],
    skipped: [{ what: 'The rival', reason: 'it is not here' }],
    ...over,
  };
}

const met = makeFigure({
  id: 'a',
  label: 'Fast',
  unit: 'ms',
  values: [3, 1, 2],
  bar: { is: 'at most', limit: 2 },
});
const missed = makeFigure({
  id: 'b',
  label: 'Slow',
  unit: 'rows/s',
  values: [900],
  bar: { is: 'at least', limit: 1000 },
});

test('makeFigure judges the bar on the median and rounds to four digits', () => {
  assert.deepEqual(met.bar, { is: 'at most', limit: 2, isMet: true });
  assert.equal(met.median, 2);
  assert.equal(missed.bar?.isMet, false);
  assert.equal(makeFigure({ id: 'c', label: '', unit: '', values: [1.234567] }).median, 1.235);
});

test('makeFigure: a ratio above 1 says ours is better, whether less or more is better', () => {
  const rival = (better: 'lower' | 'higher') => ({ name: 'Other', values: [20], better });
  const faster = makeFigure({ id: 'd', label: '', unit: 's', values: [5], rival: rival('lower') });
  const fewer = makeFigure({ id: 'e', label: '', unit: 'rows/s', values: [5], rival: rival('higher') });
  assert.equal(faster.rival?.ratio, 4);
  assert.equal(fewer.rival?.ratio, 0.25);
});

test('reportText names conditions, missed bars first, caveats and what was not measured', () => {
  const text = reportText([
    makeResult({ figures: [met, missed] }),
    makeResult({ name: 'kafka', status: 'failed', reason: 'No broker' }),
  ]);
  assert.match(text, /\| date \| 2026-01-02 \|/);
  assert.match(text, /\| processor \| 2 × A processor \(x64\) \|/);
  assert.match(text, /1 of 2 met\./);
  assert.match(text, /\*\*Missed\*\*, codec: Slow: 900 rows\/s, ≥ 1000 rows\/s/);
  assert.match(text, /\*\*kafka is failed\*\*: No broker/);
  assert.match(text, /\| Fast \| ms \| 3 \| 1 \| \*\*2\*\* \| 3 \| ≤ 2 ms \| met \|/);
  assert.match(text, /Load average before 0\.1, 0\.2, 0\.3, after 1\.1, 1\.2, 1\.3/);
  assert.match(text, /A race \(SIMULATED\), 12,345 rows, 20 drivers/);
  assert.match(text, /\| two \| – \|/);
  assert.match(text, /What it does not show\./);
  assert.match(text, /Not measured: The rival: it is not here/);
});

test('reportText says when shortened runs or several machines are among the results', () => {
  const other = makeResult({ quick: true, machine: { ...makeResult().machine, logicalCpus: 64 } });
  const text = reportText([makeResult(), other]);
  assert.match(text, /Shortened runs/);
  assert.match(text, /more than one machine/);
  assert.match(reportText([]), /Nothing is recorded yet/);
});

test('anonymise: no host name, home, temporary folder or place of the repository is left', () => {
  const names = privateNames(root);
  const result = makeResult({
    reason: `Cannot read ${root}/data, ${homedir()}/x, ${tmpdir()}/y on ${hostname()}`,
  });
  const { reason } = anonymise(result, names);
  for (const [name] of names) assert.ok(!reason?.includes(name), `${reason} holds ${name}`);
  assert.match(reason ?? '', /<repository>\/data/);
});

test('writeResult and readResults: what was written, in the order asked for; another format is refused', (t) => {
  const dir = tempDir(t);
  const [codec, kafka] = [makeResult(), makeResult({ name: 'kafka' })];
  writeResult(dir, kafka);
  writeResult(dir, codec);
  assert.deepEqual(readResults(dir, ['codec', 'replay', 'kafka']), [codec, kafka]);
  writeResult(dir, Object.assign({}, codec, { format: 2 }));
  assert.throws(() => readResults(dir, ['codec']), /format is 2/);
});

test('hasResultSince and failedResult: a former result does not pass for that of a run that was killed', (t) => {
  const dir = tempDir(t);
  const former = makeResult();
  writeResult(dir, former);
  const sinceMs = Date.parse('2026-02-01T00:00:00Z');
  assert.equal(hasResultSince(dir, 'codec', sinceMs), false);
  const { machine, load } = former;
  const startedAt = '2026-02-01T00:00:01.000Z';
  writeResult(dir, failedResult('codec', 'failed (SIGKILL)', { machine, load, startedAt, quick: false }));
  assert.equal(hasResultSince(dir, 'codec', sinceMs), true);
  assert.equal(hasResultSince(join(dir, 'nowhere'), 'codec', sinceMs), false);
  assert.match(reportText(readResults(dir, ['codec'])), /\*\*codec is failed\*\*: failed \(SIGKILL\)/);
});

test('reportText says when the machine was busy', () => {
  const busy = makeResult({ load: { before: [2.5, 2, 2], after: [1, 1, 1] } });
  assert.match(reportText([busy]), /The machine was busy/);
  assert.doesNotMatch(reportText([makeResult()]), /The machine was busy/);
});

test('BENCHMARKS.md is what the recorded results say, and they hold no shortened run and no path', () => {
  const dir = join(root, recordedResults);
  const page = join(root, 'BENCHMARKS.md');
  const results = existsSync(dir) ? readResults(dir, benchmarkNames) : [];
  assert.equal(existsSync(page), results.length > 0, 'BENCHMARKS.md and the results come together');
  if (results.length === 0) return;
  assert.equal(readFileSync(page, 'utf8'), reportText(results));
  for (const result of results) {
    assert.equal(result.quick, false, `${result.name} is a shortened run`);
    assert.doesNotMatch(
      JSON.stringify(result),
      /\/(?:home|root|Users|tmp|work)\//,
      `${result.name} holds a path`,
    );
  }
});

test('parseBenchOptions: quick runs record nothing unless told where; bad values are refused by name', () => {
  assert.equal(parseBenchOptions([], ['codec']).out, recordedResults);
  assert.equal(parseBenchOptions(['--quick'], ['codec']).out, null);
  assert.equal(parseBenchOptions(['--quick', '--out', 'x'], ['codec']).out, 'x');
  assert.deepEqual(parseBenchOptions(['codec', '--runs', '9'], ['codec']).names, ['codec']);
  assert.equal(parseBenchOptions(['codec', '--runs', '9'], ['codec']).runs, 9);
  assert.throws(() => parseBenchOptions(['nothing'], ['codec']), /"nothing".*codec/);
  for (const runs of ['0', '-1', '1.5', 'many', ''])
    assert.throws(() => parseBenchOptions([`--runs=${runs}`], ['codec']), /--runs/);
  assert.throws(() => parseBenchOptions(['--slow'], ['codec']), /--slow/);
});

test('publishedRate and publishedDriftMs see an error that adds up, in records of any order', () => {
  const rows = 6000;
  const order = Array.from({ length: rows }, (_, at) => (at * 7) % rows);
  const at = (stepMs: number) => Float64Array.from(order, (index) => Math.floor(1e12 + index * stepMs));
  const sessionMs = Float64Array.from(order, (index) => index * 1000);
  assert.ok(Math.abs(publishedRate({ publishedMs: at(10) }) - 100) < 0.1);
  assert.ok(Math.abs(publishedDriftMs({ publishedMs: at(10), sessionMs }, 100, 10_000)) < 0.01);
  const late = publishedDriftMs({ publishedMs: at(10.01), sessionMs }, 100, 10_000);
  assert.ok(Math.abs(late - 50) < 1.5, String(late));
});
