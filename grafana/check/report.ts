import type { PanelOutcome } from './check-panel.ts';

/** A line of the report: what was checked and what came of it. */
export interface ReportRow {
  readonly dashboard: string;
  readonly panel: string;
  readonly outcome: PanelOutcome;
}

/** Everything that a run of the verifier found. */
export interface Report {
  readonly session: string;
  readonly boundMs: number;
  readonly lacking: readonly { readonly topic: string; readonly reason: string }[];
  readonly rows: readonly ReportRow[];
  readonly faults: readonly { readonly dashboard: string; readonly panel: string; readonly text: string }[];
}

/** True when nothing is wrong. */
export function isSound({ rows, faults }: Report): boolean {
  return faults.length === 0 && rows.every(({ outcome }) => outcome.verdict !== 'failed');
}

/** The report as a table with totals, then one sentence for everything that is wrong. */
export function reportText(report: Report): string {
  const { rows, faults, lacking, session, boundMs } = report;
  const heading = ['dashboard', 'panel', 'rows', 'ms', 'verdict'];
  const cells = rows.map(({ dashboard, panel, outcome }) => [
    dashboard,
    panel,
    String(outcome.rows),
    outcome.ms.toFixed(1),
    outcome.verdict === 'ok' || outcome.texts.length === 0
      ? outcome.verdict
      : `${outcome.verdict}: ${outcome.texts.join('; ')}`,
  ]);
  const widths = heading.map((title, column) =>
    Math.max(title.length, ...cells.map((row) => row[column]!.length)),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) =>
        column === 2 || column === 3 ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!),
      )
      .join('  ')
      .trimEnd();
  const wrong = [
    ...faults.map(
      ({ dashboard, panel, text }) => `${[dashboard, panel].filter(Boolean).join(' · ')}: ${text}`,
    ),
    ...rows
      .filter(({ outcome }) => outcome.verdict === 'failed')
      .flatMap(({ dashboard, panel, outcome }) =>
        outcome.texts.map((text) => `${dashboard} · ${panel}: ${text}`),
      ),
  ];
  return [
    `Session: ${session}`,
    ...lacking.map(({ topic, reason }) => `lacks ${topic}: ${reason}`),
    '',
    line(heading.slice(0, 4).concat('verdict')),
    widths
      .slice(0, 4)
      .concat(heading[4]!.length)
      .map((width) => '-'.repeat(width))
      .join('  '),
    ...cells.map(line),
    '',
    totalsText(report),
    `Slowest answer ${Math.max(0, ...rows.map(({ outcome }) => outcome.ms)).toFixed(1)} ms, ${boundMs} ms at most may pass`,
    ...(wrong.length === 0 ? [] : ['', `${wrong.length} wrong:`, ...wrong.map((text) => `- ${text}`)]),
  ].join('\n');
}

function totalsText({ rows }: Report): string {
  const counts = new Map<string, number>();
  for (const { outcome } of rows) counts.set(outcome.verdict, (counts.get(outcome.verdict) ?? 0) + 1);
  const parts = [...counts]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([verdict, count]) => `${count} ${verdict}`);
  return `${rows.length} checked: ${parts.join(', ')}`;
}

/** The report for programs: frames left out. */
export function reportJson(report: Report): string {
  return JSON.stringify({
    ...report,
    isSound: isSound(report),
    rows: report.rows.map(({ dashboard, panel, outcome: { verdict, rows, ms, texts } }) => ({
      dashboard,
      panel,
      verdict,
      rows,
      ms: Math.round(ms * 10) / 10,
      texts,
    })),
  });
}
