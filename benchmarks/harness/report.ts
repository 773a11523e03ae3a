import { renameSync, writeFileSync } from 'node:fs';
import type { Figure } from './figure.ts';
import type { BenchmarkResult, ResultTable } from './result.ts';

/** Writes the page beside and renames it. */
export function writeReport(path: string, results: readonly BenchmarkResult[]): void {
  const beside = `${path}.${process.pid}.tmp`;
  writeFileSync(beside, reportText(results));
  renameSync(beside, path);
}

/** The benchmark page as Markdown: conditions, what was reached and what was not, then every benchmark with its caveats. */
export function reportText(results: readonly BenchmarkResult[]): string {
  return `${[head(results), bars(results), ...results.map(section)].join('\n\n')}\n`;
}

function head(results: readonly BenchmarkResult[]): string {
  const lines = [
    '# Benchmarks',
    '',
    'Written by `npm run bench` from [`benchmarks/results`](benchmarks/results/); do not edit. Speeds are never part of the tests.',
    'Bars are judged on the median of the runs. A ratio above 1 says how many times better ours is than the rival, which ran on the same machine in the same run.',
  ];
  if (results.some(({ quick }) => quick))
    lines.push('', '**Shortened runs (`--quick`) are among these: they are no figures to quote.**');
  const machines = new Set(results.map(({ machine }) => JSON.stringify(machine)));
  if (machines.size > 1)
    lines.push(
      '',
      'The results come from more than one machine or set of versions; each section names its own.',
    );
  const [first] = results;
  if (first === undefined) return [...lines, '', 'Nothing is recorded yet.'].join('\n');
  const { machine } = first;
  const dates = results.map(({ startedAt }) => startedAt.slice(0, 10)).sort();
  const days = dates[0] === dates.at(-1) ? dates[0] : `${dates[0]} to ${dates.at(-1)}`;
  return [
    ...lines,
    '',
    '| condition | |',
    '|---|---|',
    `| date | ${days} |`,
    `| processor | ${machine.logicalCpus} × ${machine.cpu} (${machine.arch}) |`,
    `| memory | ${machine.memoryGb} GiB |`,
    `| system | ${machine.os}, ${machine.kernel} |`,
    `| Node | ${machine.node} (V8 ${machine.v8}) |`,
    `| Kafka | ${machine.kafka ?? 'not installed'}, one broker on the same machine, Java ${machine.java ?? 'not installed'} |`,
  ].join('\n');
}

function bars(results: readonly BenchmarkResult[]): string {
  const all = results.flatMap((result) =>
    result.figures.flatMap((figure) => (figure.bar === null ? [] : [{ name: result.name, figure }])),
  );
  const missed = all.filter(({ figure }) => figure.bar?.isMet === false);
  const notRun = results.filter(({ status }) => status !== 'done');
  const lines = ['## Bars', '', `${all.length - missed.length} of ${all.length} met.`];
  for (const { name, figure } of missed)
    lines.push(
      `- **Missed**, ${name}: ${figure.label}: ${format(figure.median)} ${figure.unit}, ${barText(figure)}`,
    );
  for (const { name, status, reason } of notRun) lines.push(`- **${name} is ${status}**: ${reason ?? ''}`);
  return lines.join('\n');
}

function section(result: BenchmarkResult): string {
  const { name, title, load, session, seconds, quick } = result;
  const lines = [
    `## ${title}`,
    '',
    `\`npm run bench -- ${name}\`, ${seconds.toFixed(0)} s${quick ? ', shortened' : ''}. Load average before ${load.before.join(', ')}, after ${load.after.join(', ')}.${session === null ? '' : ` Session: ${session.title}${session.simulated && !session.title.includes('SIMULATED') ? ' (SIMULATED)' : ''}, ${session.rows.toLocaleString('en')} rows, ${session.drivers} drivers.`}`,
  ];
  if ((load.before[0] ?? 0) > result.machine.logicalCpus)
    lines.push(
      '',
      '**The machine was busy when this began** (load average above its processors): read the spread, not the median.',
    );
  if (result.status !== 'done') lines.push('', `**${result.status}**: ${result.reason ?? 'no reason known'}`);
  if (result.method.length > 0) lines.push('', ...result.method.map((sentence) => `- ${sentence}`));
  if (result.figures.length > 0) lines.push('', ...figureTable(result.figures));
  for (const table of result.tables) lines.push('', ...tableLines(table));
  if (result.caveats.length > 0)
    lines.push('', '**Caveats**', '', ...result.caveats.map((sentence) => `- ${sentence}`));
  if (result.skipped.length > 0)
    lines.push('', ...result.skipped.map(({ what, reason }) => `- Not measured: ${what}: ${reason}`));
  return lines.join('\n');
}

function figureTable(figures: readonly Figure[]): string[] {
  const hasBars = figures.some(({ bar }) => bar !== null);
  const hasRivals = figures.some(({ rival }) => rival !== null);
  const columns = [
    'measured',
    'unit',
    'runs',
    'min',
    'median',
    'max',
    ...(hasBars ? ['bar', ''] : []),
    ...(hasRivals ? ['rival', 'rival min / median / max', 'ratio'] : []),
  ];
  const rows = figures.map((figure) => {
    const { label, unit, runs, min, median, max, bar, rival } = figure;
    return [
      label,
      unit,
      String(runs),
      format(min),
      `**${format(median)}**`,
      format(max),
      ...(hasBars ? (bar === null ? ['', ''] : [barText(figure), bar.isMet ? 'met' : '**missed**']) : []),
      ...(hasRivals
        ? rival === null
          ? ['', '', '']
          : [
              rival.name,
              `${format(rival.min)} / ${format(rival.median)} / ${format(rival.max)}`,
              format(rival.ratio),
            ]
        : []),
    ];
  });
  return markdownTable(columns, rows);
}

function barText({ bar, unit }: Figure): string {
  return bar === null ? '' : `${bar.is === 'at most' ? '≤' : '≥'} ${format(bar.limit)} ${unit}`;
}

function tableLines({ title, columns, rows }: ResultTable): string[] {
  return [
    `${title}:`,
    '',
    ...markdownTable(
      columns,
      rows.map((row) => row.map((cell) => (typeof cell === 'number' ? format(cell) : (cell ?? '–')))),
    ),
  ];
}

function markdownTable(columns: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(columns), `|${'---|'.repeat(columns.length)}`, ...rows.map(line)];
}

/** Whole numbers with separators, small ones as they are: results carry four digits. */
function format(value: number): string {
  return Math.abs(value) >= 10_000 ? value.toLocaleString('en') : String(value);
}
