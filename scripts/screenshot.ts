// Makes the picture of the page that README shows: starts everything, waits for moving traces, takes the picture.
// Usage: node scripts/screenshot.ts [SESSION] [--lap N] [--out FILE]. Without SESSION a simulated race is played.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { openBrowser } from '../test/support/browser.ts';

const root = resolve(import.meta.dirname, '..');
const main = join(root, 'src', 'main.ts');
const maxBytes = 400_000;
const startTimeoutMs = 60_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    lap: { type: 'string', default: '8' },
    out: { type: 'string', default: join(root, 'docs', 'images', 'page.png') },
    width: { type: 'string', default: '1440' },
    height: { type: 'string', default: '900' },
  },
});

const temporary = mkdtempSync(join(tmpdir(), 'slipstream-screenshot-'));
try {
  const session = positionals[0] ?? (await simulate(join(temporary, 'race')));
  await takePicture(session);
} finally {
  rmSync(temporary, { recursive: true, force: true });
}

/** Writes a simulated race and returns its folder. */
async function simulate(folder: string): Promise<string> {
  const child = spawn(process.execPath, [main, 'simulate', '--out', folder, '--quiet'], { stdio: 'inherit' });
  const code = await new Promise<number | null>((done) => child.on('close', done));
  if (code !== 0) throw new Error(`Cannot simulate a race: slipstream simulate ended with ${code}`);
  return folder;
}

async function takePicture(session: string): Promise<void> {
  const settings = [`source.cache_dir=${join(temporary, 'cache')}`, `logs.dir=${join(temporary, 'logs')}`];
  const child = spawn(
    process.execPath,
    [
      main,
      'start',
      session,
      '--broker',
      'embedded',
      '--bridge-port',
      '0',
      ...settings.flatMap((setting) => ['--set', setting]),
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const closed = new Promise((done) => child.on('close', done));
  try {
    const url = await addressOf(child.stdout, child.stderr, closed);
    const browser = await openBrowser();
    try {
      const viewport = { width: Number(values.width), height: Number(values.height) };
      const page = await browser.newPage({ viewport, locale: 'en-US' });
      await page.goto(url);
      await untilTracesMove(page);
      mkdirSync(dirname(values.out), { recursive: true });
      await page.screenshot({ path: values.out });
    } finally {
      await browser.close();
    }
  } finally {
    child.kill('SIGINT');
    await closed;
  }
  const { size } = statSync(values.out);
  console.log(`${values.out}: ${(size / 1000).toFixed(0)} kB`);
  if (size > maxBytes) throw new Error(`The picture has ${size} bytes, at most ${maxBytes} are allowed`);
}

/** Address of the page as the command prints it. */
async function addressOf(
  stdout: NodeJS.ReadableStream,
  stderr: NodeJS.ReadableStream,
  closed: Promise<unknown>,
): Promise<string> {
  const found = Promise.withResolvers<string>();
  const lines: string[] = [];
  for (const stream of [stdout, stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      const url = /https?:\/\/\S+\/app\//.exec(line)?.[0];
      if (url !== undefined) found.resolve(url);
    });
  }
  void closed.then(() => found.reject(new Error(`slipstream start ended:\n${lines.join('\n')}`)));
  const timer = setTimeout(
    () => found.reject(new Error('slipstream start named no page in time')),
    startTimeoutMs,
  );
  try {
    return await found.promise;
  } finally {
    clearTimeout(timer);
  }
}

/** Goes to the lap wanted, waits until values change and the window holds a good stretch of traces. */
async function untilTracesMove(page: Page): Promise<void> {
  const value = page.locator('.trace-speed .live').first();
  await value.filter({ hasText: /^[1-9]/ }).waitFor({ timeout: startTimeoutMs });
  await page.getByLabel('Go to lap').fill(values.lap);
  await page.getByLabel('Go to lap').press('Enter');
  await page
    .getByTestId('lap')
    .filter({ hasText: `Lap${values.lap}/` })
    .waitFor();
  await selectThreeTeams(page);
  const before = (await value.textContent()) ?? '';
  await value.filter({ hasNotText: before }).waitFor({ timeout: 20_000 });
  // A minute of the session fills the window; at 1× that takes a minute, at 10× six seconds.
  await page.getByTestId('speed').selectOption('10');
  await page.waitForTimeout(7_000);
  await page.getByTestId('speed').selectOption('1');
  await page.waitForTimeout(2_500);
}

/** Where the usual three drivers do not take part, the first three of different teams are shown. */
async function selectThreeTeams(page: Page): Promise<void> {
  const drivers = page.locator('.driver');
  if ((await page.locator('.driver-on').count()) >= 3) return;
  await page.getByRole('button', { name: 'None' }).click();
  const teams = new Set<string>();
  for (let at = 0; at < (await drivers.count()) && teams.size < 3; at++) {
    const team = (await drivers.nth(at).getAttribute('style')) ?? '';
    if (teams.has(team)) continue;
    teams.add(team);
    await drivers.nth(at).locator('.driver-main').click();
  }
  await page.mouse.move(0, 0);
}
