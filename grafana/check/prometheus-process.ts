import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** A Prometheus of this run. */
export interface PrometheusProcess {
  readonly url: string;
  close(): Promise<void>;
}

const readyWaitMs = 30_000;
const pollMs = 100;
const stopWaitMs = 10_000;

/** True where Prometheus is installed. */
export function hasPrometheus(): boolean {
  return spawnSync('prometheus', ['--version'], { stdio: 'ignore' }).status === 0;
}

/**
 * Starts Prometheus on a free port with a storage of its own; it scrapes `/metrics` of a bridge every `scrapeMs`. Rejects
 * with its last lines when it does not get ready.
 */
export async function startPrometheus(
  bridgeUrl: string,
  scrapeMs: number,
  signal: AbortSignal,
): Promise<PrometheusProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'slipstream-prometheus-'));
  const config = join(folder, 'prometheus.yml');
  await writeFile(
    config,
    `global: { scrape_interval: ${scrapeMs}ms }
scrape_configs:
  - job_name: slipstream
    static_configs: [{ targets: ["${new URL(bridgeUrl).host}"] }]
`,
  );
  const address = `127.0.0.1:${await freePort()}`;
  const child = spawn(
    'prometheus',
    [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=${address}`,
      '--log.level=warn',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let text = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (text = (text + chunk).slice(-5_000)));
  const hasEnded = new Promise<void>((done) => child.once('close', () => done()));
  const close = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), stopWaitMs);
    await hasEnded;
    clearTimeout(timer);
    await rm(folder, { recursive: true, force: true });
  };
  const url = `http://${address}`;
  try {
    const untilMs = performance.now() + readyWaitMs;
    while (!(await isReady(url, signal))) {
      if (child.exitCode !== null || performance.now() > untilMs)
        throw new Error(`Prometheus does not get ready:\n${text}`);
      await delay(pollMs, undefined, { signal });
    }
    return { url, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function isReady(url: string, signal: AbortSignal): Promise<boolean> {
  try {
    return (await fetch(`${url}/-/ready`, { signal })).ok;
  } catch {
    signal.throwIfAborted();
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done, fail) => {
    server.once('error', fail);
    server.listen(0, '127.0.0.1', done);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}
