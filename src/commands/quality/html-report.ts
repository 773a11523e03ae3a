import { limits, percent } from '../../analysis/quality/verdict.ts';
import type { SessionQuality } from '../../analysis/quality/session-quality.ts';
import type { RawSession } from '../../domain/raw-session.ts';
import { escapeText, table } from './markup.ts';
import { gapPicture, mapPicture, timelinePicture } from './quality-pictures.ts';
import {
  channelTable,
  driverTable,
  feedTable,
  gapTable,
  lapTable,
  topicTable,
  type TextTable,
} from './quality-tables.ts';

const style = `
:root { color-scheme: light dark; --ink: #1a1d21; --dim: #5c6570; --paper: #fff; --line: #d9dee4; --full: #2a9d6f; --most: #e0b13a; --half: #d9692c; --none: #b3202c; --track: #8a94a0; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8ebee; --dim: #9aa4af; --paper: #14171a; --line: #2c333a; --full: #3fbf8b; --most: #e6c15c; --half: #e58550; --none: #e0525c; --track: #66707b; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 1000px; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
.grade { display: inline-block; padding: .1rem .6rem; border-radius: 1rem; color: #fff; background: var(--full); font-weight: 600; }
.grade.care { background: #9a6b00; } .grade.poor { background: #b3202c; }
.dim { color: var(--dim); } .scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; } caption { text-align: left; color: var(--dim); padding-bottom: .3rem; }
th, td { padding: .2rem .6rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; } th:first-child, thead th:first-child { text-align: left; } th { font-weight: 500; }
svg { width: 100%; height: auto; } svg text { font: 11px system-ui, sans-serif; fill: var(--dim); }
.full { fill: var(--full); } .most { fill: var(--most); } .half { fill: var(--half); } .none, .bad { fill: var(--none); } .car { fill: #3b7dd8; } .pos { fill: var(--most); } .track { fill: var(--track); }
.map { max-width: 480px; } .key span::before { content: ''; display: inline-block; width: .8em; height: .8em; margin: 0 .3em 0 .9em; background: var(--c); }
`;

/** The quality of a session as one HTML page without any outside reference: verdict, pictures with text alternatives, tables. */
export function htmlReport(raw: RawSession, quality: SessionQuality): string {
  const { identity } = raw;
  const title = [identity.year, identity.event, identity.session]
    .filter((part) => part !== null && part !== '')
    .join(' ');
  const { grade, reasons } = quality.verdict;
  const simulated = identity.simulated ? '<p><strong>SIMULATED session</strong></p>' : '';
  const tone = grade === 'good' ? '' : grade === 'poor' ? ' poor' : ' care';
  const why =
    reasons.length === 0
      ? '<p>Nothing speaks against it.</p>'
      : `<ul>${reasons.map((reason) => `<li>${escapeText(reason)}</li>`).join('')}</ul>`;
  const warnings = quality.report.warnings.map((text) => `<li>${escapeText(text)}</li>`).join('');
  const missing = quality.report.missing.map(({ reason }) => `<li>${escapeText(reason)}</li>`).join('');
  const key = [
    ['--full', '97 % and more'],
    ['--most', '80–97 %'],
    ['--half', '40–80 %'],
    ['--none', 'less'],
  ]
    .map(([colour, text]) => `<span style="--c: var(${colour})">${text}</span>`)
    .join('');
  const hasFeeds = quality.carIntervalMs !== null || quality.posIntervalMs !== null;
  const pictures = hasFeeds
    ? `<h2>Car samples over the session</h2>${timelinePicture(quality)}<p class="dim key">${key}</p>
<h2>Holes</h2>${gapPicture(quality)}${asHtml(gapTable(quality))}
<h2>Positions</h2><div class="map">${mapPicture(raw)}</div>`
    : '<p>The session has no telemetry: there is nothing to draw.</p>';
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escapeText(title)}: data quality</title><style>${style}</style></head>
<body><h1>${escapeText(title)}</h1><p class="dim">Data quality of the recording</p>${simulated}
<p><span class="grade${tone}">${grade}</span></p>${why}
<h2>Feeds</h2>${asHtml(feedTable(quality))}
${pictures}
<h2>Drivers</h2>${asHtml(driverTable(quality))}${asHtml(channelTable(quality))}
<h2>Laps</h2>${asHtml(lapTable(raw, quality))}
<h2>Topics</h2>${asHtml(topicTable(quality))}
${missing === '' ? '' : `<h2>Missing</h2><ul>${missing}</ul>`}
${warnings === '' ? '' : `<h2>Repairs and oddities</h2><ul>${warnings}</ul>`}
<h2>How it is judged</h2>
<p class="dim">Expected samples are those of the session's mean interval, holes left out. A hole is longer than 1 s and than four intervals. Told as a reason: less than ${percent(limits.completeness.careBelow)} of the expected samples of a driver who drove, a hole of more than ${limits.gapMs.careAbove / 1000} s, more than ${percent(limits.faultyShare.careAbove)} of samples with a sentinel (throttle or brake 104, gear above 8, engine 0 while moving) or without a fix, any line that cannot be read. Poor: less than ${percent(limits.completeness.poorBelow)}, ${limits.gapMs.poorAbove / 1000} s, ${percent(limits.faultyShare.poorAbove)}, ${percent(limits.malformedShare.poorAbove)} of a topic's lines, or no laps.</p>
</body></html>
`;
}

function asHtml({ caption, heads, rows }: TextTable): string {
  return table(caption, heads, rows);
}
