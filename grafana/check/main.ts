import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Dashboard } from '../query/dashboard.ts';
import { sourceTypes } from '../query/run-target.ts';
import { checkLivePanel } from './check-live.ts';
import type { PanelOutcome } from './check-panel.ts';
import { createLiveChannels } from './live-channels.ts';
import { startPipeline } from './pipeline.ts';
import { hasPrometheus, startPrometheus } from './prometheus-process.ts';
import { readReplay, warmReplay } from './replay-control.ts';
import { isSound, reportJson, reportText } from './report.ts';
import { readSources } from './sources.ts';
import type { ProvisionedSource } from './sources.ts';
import type { DashboardFile } from './static-checks.ts';
import { verify } from './verify.ts';
import type { CheckLive } from './verify.ts';

const usage = `Usage: npm run check:grafana [-- [SESSION] [options]]

Sends every query of every dashboard to a running bridge as Grafana would and judges what Grafana would draw.
SESSION: folder, recording file, URL or YEAR/EVENT/SESSION (default: a simulated race)

Options:
  --bridge <url>        check against this bridge as it is, instead of starting one
  --warm <seconds>      how long the replay runs before panels are checked (default: 25)
  --bound <ms>          longest time that an answer may take (default: 2000)
  --dashboards <folder> dashboards to check (default: grafana/dashboards)
  --sources <folder>    provisioned data sources (default: grafana/provisioning/datasources)
  --set <path=value>    configuration of the bridge that is started, repeatable
  --json                the report as one line of JSON
`;

/** Shorter than any data source says, so that rates have their samples early [ms]. */
const scrapeMs = 1000;
const grafanaFolder = resolve(import.meta.dirname, '..');

function readDashboards(folder: string): DashboardFile[] {
  const files = globSync('*.json', { cwd: folder }).sort();
  if (files.length === 0)
    throw new Error(`There are no dashboards in ${folder}: npm run build:grafana writes them`);
  return files.map((file) => ({
    file,
    dashboard: JSON.parse(readFileSync(join(folder, file), 'utf8')) as Dashboard,
  }));
}

async function run(signal: AbortSignal): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      bridge: { type: 'string' },
      warm: { type: 'string', default: '25' },
      bound: { type: 'string', default: '2000' },
      dashboards: { type: 'string', default: join(grafanaFolder, 'dashboards') },
      sources: { type: 'string', default: join(grafanaFolder, 'provisioning/datasources') },
      set: { type: 'string', multiple: true, default: [] },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  const say = (text: string): void => void process.stderr.write(`${text}\n`);
  const files = readDashboards(values.dashboards);
  const provisioned = readSources(values.sources);
  const [session] = positionals;
  await using running = new AsyncDisposableStack();
  let bridgeUrl = values.bridge?.replace(/\/$/, '');
  let ended: Promise<never> | undefined;
  let checkLive: CheckLive = () => Promise.resolve(liveSkipped);
  if (bridgeUrl === undefined) {
    say(`Starting a bridge with ${session ?? 'a simulated race'}`);
    const channels = await createLiveChannels();
    running.defer(() => channels.close());
    checkLive = (panel, context, facts) => checkLivePanel(panel, context, channels, facts);
    const args = [`grafana.live.url=${channels.url}`, ...values.set].flatMap((one) => ['--set', one]);
    const pipeline = await startPipeline({ args, signal, ...(session === undefined ? {} : { session }) });
    running.defer(() => pipeline.close());
    bridgeUrl = pipeline.url;
    ended = pipeline.ended;
  }
  const prometheusUrl = await prometheusOf(bridgeUrl, provisioned, running, say, signal);
  const warmMs = Number(values.warm) * 1000;
  if (ended !== undefined) {
    say(`${bridgeUrl}: playing for ${values.warm} s`);
    await Promise.race([warmReplay(bridgeUrl, warmMs, signal), ended]);
  } else if (prometheusUrl !== null) {
    say(`${bridgeUrl}: read by Prometheus for ${values.warm} s`);
    await delay(warmMs, undefined, { signal });
  }
  const state = await readReplay(bridgeUrl, signal);
  say(`Checking ${files.length} dashboards`);
  const report = await verify({
    files,
    provisioned,
    bridgeUrl,
    prometheusUrl,
    session: state?.title ?? 'none',
    boundMs: Number(values.bound),
    checkLive,
    signal,
  });
  process.stdout.write(`${values.json ? reportJson(report) : reportText(report)}\n`);
  return isSound(report) ? 0 : 1;
}

const liveSkipped: PanelOutcome = {
  verdict: 'skipped',
  rows: 0,
  ms: 0,
  texts: ['a bridge that runs already does not push its telemetry here'],
};

/** Prometheus that scrapes the bridge, where it is installed and a data source asks for it. */
async function prometheusOf(
  bridgeUrl: string,
  provisioned: readonly ProvisionedSource[],
  running: AsyncDisposableStack,
  say: (text: string) => void,
  signal: AbortSignal,
): Promise<string | null> {
  const source = provisioned.find(({ type }) => type === sourceTypes.prometheus);
  if (source === undefined) return null;
  if (!hasPrometheus()) {
    say('Prometheus is not on this machine: its panels are skipped');
    return null;
  }
  const prometheus = await startPrometheus(bridgeUrl, scrapeMs, signal);
  running.defer(() => prometheus.close());
  return prometheus.url;
}

const ending = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.once(name, () => ending.abort(new Error(`Ended by ${name}`)));
}
try {
  process.exitCode = await run(ending.signal);
} catch (error) {
  const { aborted, reason } = ending.signal;
  const cause: unknown = aborted ? reason : error;
  process.stderr.write(`${cause instanceof Error ? cause.message : String(cause)}\n`);
  process.exitCode = aborted ? 130 : 1;
}
