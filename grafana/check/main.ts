import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Dashboard } from '../query/dashboard.ts';
import { startPipeline } from './pipeline.ts';
import { readReplay, warmReplay } from './replay-control.ts';
import { isSound, reportJson, reportText } from './report.ts';
import { readSources } from './sources.ts';
import type { DashboardFile } from './static-checks.ts';
import { verify } from './verify.ts';

const usage = `Usage: npm run check:grafana [-- [SESSION] [options]]

Sends every query of every dashboard to a running bridge as Grafana would and judges what Grafana would draw.
SESSION: folder, recording file, URL or YEAR/EVENT/SESSION (default: a simulated race)

Options:
  --bridge <url>       check against this bridge as it is, instead of starting one
  --warm <seconds>     how long the replay runs before panels are checked (default: 25)
  --bound <ms>         longest time that an answer may take (default: 2000)
  --dashboards <folder>   dashboards to check (default: grafana/dashboards)
  --sources <folder>   provisioned data sources (default: grafana/provisioning/datasources)
  --set <path=value>   configuration of the bridge that is started, repeatable
  --json               the report as one line of JSON
`;

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
  const say = (text: string): void => void (values.json || process.stderr.write(`${text}\n`));
  const files = readDashboards(values.dashboards);
  const provisioned = readSources(values.sources);
  const [session] = positionals;
  await using running = new AsyncDisposableStack();
  let bridgeUrl = values.bridge?.replace(/\/$/, '');
  if (bridgeUrl === undefined) {
    say(`Starting a bridge with ${session ?? 'a simulated race'}`);
    const args = values.set.flatMap((one) => ['--set', one]);
    const pipeline = await startPipeline({ args, signal, ...(session === undefined ? {} : { session }) });
    running.defer(() => pipeline.close());
    bridgeUrl = pipeline.url;
    say(`${bridgeUrl}: playing for ${values.warm} s`);
    await Promise.race([warmReplay(bridgeUrl, Number(values.warm) * 1000, signal), pipeline.ended]);
  }
  const state = await readReplay(bridgeUrl, signal);
  say(`Checking ${files.length} dashboards`);
  const report = await verify({
    files,
    provisioned,
    bridgeUrl,
    prometheusUrl: null,
    session: state?.title ?? 'none',
    boundMs: Number(values.bound),
    checkLive: () => Promise.resolve({ verdict: 'skipped', rows: 0, ms: 0, texts: ['no test server'] }),
    signal,
  });
  process.stdout.write(`${values.json ? reportJson(report) : reportText(report)}\n`);
  return isSound(report) ? 0 : 1;
}

const ending = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.once(name, () => ending.abort(new Error(`Ended by ${name}`)));
}
try {
  process.exitCode = await run(ending.signal);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = ending.signal.aborted ? 130 : 1;
}
