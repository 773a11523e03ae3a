import { existsSync, globSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Browser } from 'playwright-core';
import { checkVariables } from '../check/check-extras.ts';
import { readLacking, readStopped } from '../check/lacking.ts';
import type { LackingTopic } from '../check/lacking.ts';
import { startPipeline } from '../check/pipeline.ts';
import { hasPrometheus, startPrometheus } from '../check/prometheus-process.ts';
import { readReplay } from '../check/replay-control.ts';
import { readSources, resolveSources } from '../check/sources.ts';
import { checkStatically } from '../check/static-checks.ts';
import type { DashboardFile } from '../check/static-checks.ts';
import type { Dashboard } from '../query/dashboard.ts';
import { sourceTypes } from '../query/run-target.ts';
import type { DataSource } from '../query/run-target.ts';
import { openBrowser } from '../../test/support/browser.ts';
import { createGrafanaLiveServer } from '../../test/support/grafana-live-server.ts';
import { buildPage } from './command/build-page.ts';
import { judgeDrawing } from './command/judge-drawing.ts';
import { startPageServer } from './command/page-server.ts';
import type { PageServer } from './command/page-server.ts';
import { placeReplay } from './command/place-replay.ts';
import type { DrawnPanel } from './src/drawn-panel.ts';

const root = resolve(import.meta.dirname, '../..');
const usage = `Usage: npm run preview:grafana [-- [SESSION] [--out FOLDER]]

Draws every shipped dashboard with Grafana's own libraries in Chromium, from a replay of SESSION, one picture each.
SESSION: folder, recording file, URL or YEAR/EVENT/SESSION (default: the Monaco race in ../shared/data, else a simulated race)
`;
/** Length of the window that the pictures show [s], and their width [px]. */
const windowS = 75;
const widthPx = 1600;
const rowPx = 38;
const drawLimitMs = 60_000;
const liveFillMs = 25_000;
const monaco = resolve(root, '../shared/data/sessions/2023_monaco_race/raw');

const say = (text: string): void => void process.stderr.write(`${text}\n`);

async function run(signal: AbortSignal): Promise<number> {
  const args = process.argv.slice(2);
  if (args.includes('--help')) return void process.stdout.write(usage) ?? 0;
  const outAt = args.indexOf('--out');
  const out = outAt < 0 ? join(root, 'docs/images/grafana') : resolve(args[outAt + 1] ?? '.');
  const [named] = args.filter((_, i) => outAt < 0 || (i !== outAt && i !== outAt + 1));
  const session = named ?? (existsSync(monaco) ? monaco : undefined);
  const files = globSync('*.json', { cwd: join(root, 'grafana/dashboards') })
    .sort()
    .map((file) => ({ file, dashboard: readJson(join(root, 'grafana/dashboards', file)) }));
  const provisioned = readSources(join(root, 'grafana/provisioning/datasources'));
  const faults = checkStatically(files, provisioned).map(
    ({ dashboard, panel, text }) => `${dashboard} ${panel}: ${text}`,
  );
  await using running = new AsyncDisposableStack();
  const folder = await buildPage(say, signal);
  const server = await startPageServer(folder);
  running.defer(() => server.close());
  // What Grafana would publish of what the bridge pushes; a page that comes later needs the schema too.
  const schemas = new Map<string, unknown>();
  const grafanaLive = await createGrafanaLiveServer({
    onFrame(channel, frame) {
      if (frame.schema !== undefined) schemas.set(channel, frame.schema);
      server.publish({ channel, frame: { schema: schemas.get(channel), data: frame.data } });
    },
  });
  running.defer(() => grafanaLive.close());
  const pipeline = await startPipeline({
    args: ['--set', `grafana.live.url=${grafanaLive.url}`],
    signal,
    ...(session === undefined ? {} : { session }),
  });
  running.defer(() => pipeline.close());
  let prometheusUrl: string | null = null;
  if (hasPrometheus()) {
    const prometheus = await startPrometheus(pipeline.url, 1000, signal);
    running.defer(() => prometheus.close());
    prometheusUrl = prometheus.url;
  }
  say(`${pipeline.url}: playing for ${windowS} s`);
  const beganMs = await Promise.race([placeReplay(pipeline.url, windowS, signal), pipeline.ended]);
  const sources = resolveSources(provisioned, { bridge: pipeline.url, prometheus: prometheusUrl });
  const lacking = await readLacking(pipeline.url, signal);
  const state = await readReplay(pipeline.url, signal);
  say(`Drawing ${files.length} dashboards of ${state?.title ?? 'nothing'}`);
  const browser = await openBrowser(['--font-render-hinting=none', '--force-color-profile=srgb']);
  running.defer(() => browser.close());
  mkdirSync(out, { recursive: true });
  let skipped = 0;
  for (const file of files) {
    const { dashboard } = file;
    const reason = cannotDraw(dashboard, prometheusUrl);
    if (reason !== null) {
      skipped++;
      say(`${dashboard.uid}: skipped, ${reason}`);
      continue;
    }
    const startMs = performance.now();
    const found = await drawDashboard({
      file,
      sources,
      server,
      browser,
      lacking,
      out,
      beganMs,
      bridgeUrl: pipeline.url,
      signal,
    });
    faults.push(...found.map((text) => `${dashboard.uid}: ${text}`));
    say(
      `${dashboard.uid}: ${((performance.now() - startMs) / 1000).toFixed(1)} s, ${found.length === 0 ? 'ok' : `${found.length} wrong`}`,
    );
  }
  for (const fault of faults) say(`- ${fault}`);
  say(`${files.length - skipped} drawn, ${skipped} skipped, ${faults.length} wrong; pictures in ${out}`);
  return faults.length === 0 ? 0 : 1;
}

function readJson(path: string): Dashboard {
  return JSON.parse(readFileSync(path, 'utf8')) as Dashboard;
}

function cannotDraw(dashboard: Dashboard, prometheusUrl: string | null): string | null {
  const text = JSON.stringify(dashboard);
  if (prometheusUrl === null && text.includes(`"type":"${sourceTypes.prometheus}"`))
    return 'Prometheus is not on this machine';
  return null;
}

interface Drawing {
  readonly file: DashboardFile;
  readonly sources: ReadonlyMap<string, DataSource>;
  readonly server: PageServer;
  readonly browser: Browser;
  readonly lacking: readonly LackingTopic[];
  readonly out: string;
  readonly beganMs: number;
  readonly bridgeUrl: string;
  readonly signal: AbortSignal;
}

async function drawDashboard(drawing: Drawing): Promise<string[]> {
  const { file, sources, server, browser, lacking, out, beganMs, bridgeUrl, signal } = drawing;
  const { uid } = file.dashboard;
  const shared = { dashboard: file.dashboard, sources, signal };
  const rules = { lacking, boundMs: 10_000 };
  const { variables } = await checkVariables({ ...shared, nowMs: Date.now() }, rules);
  // Scenes look a data source up before they replace variables: Grafana's application does it for them.
  let text = JSON.stringify(file.dashboard);
  for (const { name, type } of file.dashboard.templating?.list ?? []) {
    if (type !== 'datasource') continue;
    text = text.replaceAll(`\${${name}}`, String(variables.find((one) => one.name === name)?.value));
  }
  const dashboard = JSON.parse(text) as Dashboard;
  const bottom = Math.max(...dashboard.panels.map(({ gridPos: { y, h } }) => y + h));
  const toMs = Date.now();
  const raceFrom = Number(variables.find(({ name }) => name === 'race_from')?.value);
  const isLive = JSON.stringify(dashboard.panels).includes('"measurements"');
  const fromMs = isLive ? toMs : raceFrom > 0 ? raceFrom : beganMs + 2000;
  const endMs = isLive ? toMs + liveFillMs : toMs;
  server.plans.set(uid, {
    dashboard,
    variables,
    sources: [...sources.values()],
    range: { fromMs, toMs: endMs, from: new Date(fromMs).toISOString(), to: new Date(endMs).toISOString() },
    widthPx,
    heightPx: bottom * rowPx + 90,
  });
  const page = await browser.newPage({
    viewport: { width: widthPx, height: bottom * rowPx + 90 },
    timezoneId: 'UTC',
  });
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(process.env['DEBUG'] ? error.stack : error.message)));
  page.on('requestfailed', (request) => errors.push(`request failed: ${request.url()}`));
  page.on('response', (response) => {
    if (response.status() >= 400) errors.push(`${response.status()} ${response.url()}`);
  });
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text().slice(0, 300));
  });
  try {
    await page.goto(`${server.url}/?dashboard=${uid}`);
    // Live keeps no history: its traces need a while to be looked at.
    if (isLive) await page.waitForTimeout(liveFillMs);
    const drawn = await page
      .waitForFunction(() => (window as unknown as { drawn?: unknown }).drawn, null, { timeout: drawLimitMs })
      .then(
        (handle) => handle.jsonValue() as Promise<DrawnPanel[]>,
        () => null,
      );
    const captions = await page.locator('.look-alike-caption').count();
    const path = join(out, `${file.file.replace(/\.json$/, '')}.png`);
    writeFileSync(`${path}.new`, await page.screenshot({ fullPage: true }));
    renameSync(`${path}.new`, path);
    if (drawn === null) return [`not drawn within ${drawLimitMs / 1000} s`, ...errors];
    const stopped = await readStopped(bridgeUrl, signal);
    return judgeDrawing(drawn, captions, errors, { lacking, stopped });
  } finally {
    await page.close();
  }
}

const ending = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const)
  process.once(name, () => ending.abort(new Error(`Ended by ${name}`)));
try {
  process.exitCode = await run(ending.signal);
} catch (error) {
  const cause: unknown = ending.signal.aborted ? ending.signal.reason : error;
  say(cause instanceof Error ? cause.message : String(cause));
  process.exitCode = ending.signal.aborted ? 130 : 1;
}
