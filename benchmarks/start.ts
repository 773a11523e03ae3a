import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { messageOf } from '../src/domain/errors.ts';
import { openBrowser } from '../test/support/browser.ts';
import { SkipError } from './harness/context.ts';
import type { Benchmark, BenchContext } from './harness/context.ts';
import { requireKafka } from './harness/kafka-broker.ts';
import { startGroup } from './harness/process-group.ts';
import { lastJson } from './harness/processes.ts';

/** From the command to moving traces in a real browser, the simulated race, and the bare start of the program. */
export const start: Benchmark = {
  name: 'start',
  title: 'Start',
  limitS: 300,
  async run(context) {
    const { dir, processes, runs } = context;
    const races: number[] = [];
    let race = { drivers: 0, laps: 12, bytes: 0 };
    for (let run = 0; run < runs(5); run++) {
      const out = join(dir, `race-${run}`);
      const { seconds, stdout } = await processes.runNode([
        'src/main.ts',
        'simulate',
        '--out',
        out,
        '--json',
        '--quiet',
        '--set',
        `logs.dir=${join(dir, 'logs')}`,
      ]);
      const info = lastJson<{ drivers: unknown[]; laps?: number; files: { bytes: number }[] }>(stdout);
      race = {
        drivers: info.drivers.length,
        laps: info.laps ?? race.laps,
        bytes: info.files.reduce((sum, file) => sum + file.bytes, 0),
      };
      races.push(seconds);
    }
    context.figure({
      id: 'simulate',
      label: `\`slipstream simulate\`, whole process (${race.laps} laps, ${race.drivers} cars, ${(race.bytes / 1e6).toFixed(1)} MB)`,
      unit: 's',
      values: races,
      bar: { is: 'at most', limit: 2 },
    });
    await programStart(context);
    await firstTrace(context);
  },
};

async function programStart({ processes, runs, figure, dir }: BenchContext): Promise<void> {
  const commands = [
    ['help', ['--help']],
    ['start-help', ['start', '--help']],
    ['config', ['config', '--set', `logs.dir=${join(dir, 'logs')}`]],
  ] as const;
  for (const [id, args] of commands) {
    const seconds: number[] = [];
    for (let run = 0; run < runs(10); run++) {
      const ran = await processes.run(process.execPath, [
        '--disable-warning=ExperimentalWarning',
        'src/main.ts',
        ...args,
      ]);
      seconds.push(ran.seconds);
    }
    const shown = args.slice(0, args[0] === 'config' ? 1 : 2).join(' ');
    figure({
      id: `process-${id}`,
      label: `\`src/main.ts ${shown}\`, whole process`,
      unit: 's',
      values: seconds,
    });
  }
}

async function firstTrace(context: BenchContext): Promise<void> {
  const { processes, dir } = context;
  if (process.platform === 'win32')
    throw new SkipError('The start is measured with process groups, which Windows has not');
  await processes.run(process.execPath, ['scripts/build-web.mjs', '--quiet']);
  let browser: Browser;
  try {
    browser = await openBrowser();
  } catch (error) {
    context.skip('start to first moving trace', messageOf(error));
    return;
  }
  context.onEnd(() => browser.close());
  // An archive that takes connections and never answers: the look for the configured race takes its whole time.
  const archive = createServer(() => {});
  archive.listen(0, '127.0.0.1');
  await once(archive, 'listening');
  context.onEnd(() => {
    archive.closeAllConnections();
    archive.close();
  });
  const archiveUrl = `http://127.0.0.1:${(archive.address() as AddressInfo).port}`;
  context.method(
    'First moving trace: `npm start` with dependencies installed and the page built; the clock runs from before npm until the speed chart of the page shows a value and its picture has changed twice. The browser (Chromium, headless) runs already and opens the page as soon as it is served. No session is cached and the archive never answers, so the look for it takes its whole 1.5 s and the simulated race is made first.',
  );
  const runs = context.runs(3);
  const measure = async (
    kind: string,
    cacheDir: (run: number) => string,
    options: (run: number) => string[],
  ): Promise<number[]> => {
    const seconds: number[] = [];
    for (let run = 0; run < runs; run++) {
      const port = context.port(6 + (run % 4));
      seconds.push(
        await traceSeconds(context, browser, port, [
          '--set',
          `source.archive_url=${archiveUrl}`,
          '--set',
          `source.mirror_url=${archiveUrl}`,
          '--set',
          `source.cache_dir=${cacheDir(run)}`,
          '--set',
          `logs.dir=${join(dir, 'logs')}`,
          ...options(run),
        ]),
      );
      context.say(`${kind}: ${seconds.at(-1)?.toFixed(2)} s`);
    }
    return seconds;
  };
  const embedded = ['--broker', 'embedded'];
  context.figure({
    id: 'first-trace-embedded',
    label: '`npm start --broker embedded` to the first moving trace, first use',
    unit: 's',
    values: await measure(
      'embedded',
      (run) => join(dir, `embedded-${run}`),
      () => embedded,
    ),
    bar: { is: 'at most', limit: 6 },
  });
  context.figure({
    id: 'first-trace-again',
    label: 'The same with race and table in the cache',
    unit: 's',
    values: await measure(
      'embedded, cached',
      () => join(dir, 'embedded-0'),
      () => embedded,
    ),
  });
  try {
    await requireKafka(context);
  } catch (error) {
    if (!(error instanceof SkipError)) throw error;
    context.skip('start to first moving trace with managed Kafka', error.message);
    return;
  }
  context.figure({
    id: 'first-trace-managed',
    label: '`npm start --broker managed` to the first moving trace, Kafka installed, first use',
    unit: 's',
    values: await measure(
      'managed',
      (run) => join(dir, `managed-${run}`),
      (run) => [
        '--broker',
        'managed',
        '--set',
        `kafka.managed.dir=${join(dir, `kafka-${run}`)}`,
        '--set',
        `kafka.bootstrap_servers=localhost:${context.port(10 + run * 2)}`,
        '--set',
        `kafka.managed.controller_port=${context.port(11 + run * 2)}`,
      ],
    ),
    bar: { is: 'at most', limit: 12 },
  });
}

/** Watches the speed chart inside the page; `firstMoveAt` is the epoch ms of its second change. */
const watchTraces = `
  let last = '', changes = 0;
  const step = () => {
    const canvas = document.querySelector('.trace-speed canvas');
    const live = document.querySelector('.trace-speed .live')?.textContent ?? '';
    if (canvas !== null && /\\d/.test(live)) {
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      let hash = 0;
      for (let at = 0; at < data.length; at += 4) hash = (Math.imul(hash, 31) + data[at] + data[at + 1] * 7 + data[at + 3]) | 0;
      if (last !== '' && String(hash) !== last) changes++;
      last = String(hash);
    }
    if (changes >= 2) window.firstMoveAt = performance.timeOrigin + performance.now();
    else setTimeout(step, 30);
  };
  step();
`;

async function traceSeconds(
  context: BenchContext,
  browser: Browser,
  port: number,
  options: readonly string[],
): Promise<number> {
  const startedMs = performance.timeOrigin + performance.now();
  const group = startGroup('npm', ['start', '--silent', '--', '--bridge-port', String(port), ...options]);
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, locale: 'en-US' });
  try {
    const url = `http://127.0.0.1:${port}/app/`;
    await untilServed(url, group, context.signal);
    await page.addInitScript({ content: watchTraces });
    await page.goto(url);
    await page.waitForFunction(() => Reflect.has(globalThis, 'firstMoveAt'), undefined, {
      timeout: 60_000,
      polling: 50,
    });
    return (
      (await page.evaluate(() => Number(Reflect.get(globalThis, 'firstMoveAt')))) / 1000 - startedMs / 1000
    );
  } catch (error) {
    throw new Error(`${messageOf(error)}; the command said: ${group.output().slice(-400)}`, { cause: error });
  } finally {
    await page.close();
    const isClean = await group.end();
    if (!isClean) context.caveat('After Ctrl-C a process of `npm start` was left over and had to be killed');
  }
}

async function untilServed(url: string, group: { hasEnded(): boolean }, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (performance.now() < deadline) {
    signal.throwIfAborted();
    if (group.hasEnded()) throw new Error('npm start ended before the page was served');
    const answer = await fetch(url, { signal }).catch(() => null);
    await answer?.arrayBuffer();
    if (answer?.status === 200) return;
    await delay(25);
  }
  throw new Error('The page was not served within a minute');
}
