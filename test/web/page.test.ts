import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { openBrowser } from '../support/browser.ts';
import { openPage } from './page-driver.ts';
import { startPipeline } from './pipeline.ts';

let browser: Browser;
before(async () => {
  browser = await openBrowser();
});
after(() => browser.close());

test('the page shows session, drivers, moving traces, weather and messages of the real pipeline', async (t) => {
  const pipeline = await startPipeline(t, { startS: 700 });
  const watched = await openPage(t, browser, pipeline.url);
  const { page } = watched;
  await watched.untilText('replay-status', /playing/);
  assert.equal(new URL(page.url()).pathname, '/app/');
  await page.getByText('2031 Test Grand Prix').waitFor();
  await watched.untilText('broker', /embedded: trial broker, in memory/);
  await watched.untilText('flag', /Track clear/);
  await watched.untilText('lap', /2\/20/);
  await watched.untilText('race-control', /MESSAGE OF LAP 2/);
  const chosen = await page.locator('.driver-main[aria-pressed="true"] .driver-code').allTextContents();
  assert.deepEqual(chosen, ['VER', 'HAM', 'LEC']);
  await page.waitForFunction(() => Number(document.querySelector('.trace-speed .live')?.textContent) > 50);
  const [before, beforeS] = [await watched.picture(), await watched.shownS()];
  await sleep(1_500);
  assert.notEqual(await watched.picture(), before);
  assert.ok((await watched.shownS()) >= beforeS + 1);
  const shift = await page.evaluate(
    () =>
      new Promise<number>((done) => {
        let sum = 0;
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) sum += Reflect.get(entry, 'value') as number;
        }).observe({ type: 'layout-shift', buffered: true });
        setTimeout(() => done(sum), 300);
      }),
  );
  assert.ok(shift < 0.1, `layout shift ${shift}`);
  watched.assertClean();
});

test('pause stops the traces, play lets them go on, keys do the same', async (t) => {
  const pipeline = await startPipeline(t, { startS: 700 });
  const watched = await openPage(t, browser, pipeline.pageUrl);
  const { page } = watched;
  await watched.untilText('replay-status', /playing/);
  await page.getByTestId('play').click();
  await watched.untilText('replay-status', /paused/);
  await sleep(400);
  const still = [await watched.picture(), await watched.text('clock')];
  await sleep(800);
  assert.deepEqual([await watched.picture(), await watched.text('clock')], still);
  await page.locator('body').press(' ');
  await watched.untilText('replay-status', /playing/);
  await sleep(800);
  assert.notEqual(await watched.picture(), still[0]);
  watched.assertClean();
});

test('seek jumps: by bar, by lap, by keys; speed follows the replay', async (t) => {
  const pipeline = await startPipeline(t, { startS: 700 });
  const watched = await openPage(t, browser, pipeline.pageUrl);
  const { page } = watched;
  await watched.untilText('replay-status', /playing/);
  const bar = (await page.locator('.seek').boundingBox())!;
  await page.mouse.click(bar.x + bar.width / 2, bar.y + bar.height / 2);
  await page.waitForFunction(() =>
    /0:19:5|0:20:/.test(document.querySelector('[data-testid="replay-time"]')?.textContent ?? ''),
  );
  await watched.untilText('lap', /1[01]\/20/);
  await watched.untilText('shared', /moved by page/);
  // Laps, messages and flags before the place are there at once: the segment republishes them.
  await watched.untilText('race-control', /MESSAGE OF LAP 10/);
  await page.getByLabel('Go to lap').fill('3');
  await page.getByLabel('Go to lap').press('Enter');
  await watched.untilText('lap', /Lap3\/20/);
  await watched.untilText('replay-time', /0:12:0/);
  const before = await watched.shownS();
  await page.locator('body').press('Shift+ArrowRight');
  await watched.untilText('lap', /Lap4\/20/);
  await watched.untilText('replay-time', /0:13:0/);
  assert.ok((await watched.shownS()) - before < 70);
  await page.getByTestId('speed').selectOption('10');
  await page.waitForFunction(
    () => (document.querySelector('[data-testid="speed"]') as HTMLSelectElement).value === '10',
  );
  await page.locator('body').press('ArrowDown');
  await page.waitForFunction(
    () => (document.querySelector('[data-testid="speed"]') as HTMLSelectElement).value === '5',
  );
  watched.assertClean();
});

test('A2: after the bridge restarts the page is back with the same place, pause state and no hole', async (t) => {
  const pipeline = await startPipeline(t, { startS: 700 });
  const watched = await openPage(t, browser, pipeline.pageUrl);
  await watched.untilText('replay-status', /playing/);
  await sleep(1_200);
  await pipeline.stopBridge();
  await watched.untilText('connection', /connecting/);
  await watched.untilText(
    'connection-problem',
    /ws:\/\/127\.0\.0\.1:\d+\/ws.*does not answer.*grafana\.bridge_port/,
    2_500,
  );
  await sleep(700);
  await pipeline.startBridge();
  await watched.untilText('connection', /^connected/, 10_000);
  await watched.untilText('replay-status', /playing/);
  await sleep(600);
  const longest = watched.longestGapS('VER');
  assert.ok(longest < 1, `a hole of ${longest} s`);
  watched.assertClean({ allowNetwork: true });
});

test('A4: a new run replaces the old one in every view', async (t) => {
  const sessions = { first: {}, second: { event: 'Other Grand Prix', codes: ['ALO', 'STR'] } };
  const pipeline = await startPipeline(t, { sessions, startS: 900 });
  const watched = await openPage(t, browser, pipeline.pageUrl);
  const { page } = watched;
  await watched.untilText('race-control', /MESSAGE OF LAP 5/);
  await page.getByTitle('Open another session').click();
  await page.getByTestId('sessions').getByRole('button', { name: 'second' }).click();
  await page.getByText('2031 Other Grand Prix').waitFor();
  await page.waitForFunction(() => document.querySelectorAll('.driver').length === 2);
  assert.deepEqual(await page.locator('.driver-main[aria-pressed="true"] .driver-code').allTextContents(), [
    'ALO',
    'STR',
  ]);
  assert.doesNotMatch(await watched.text('race-control').catch(() => ''), /LAP 5/);
  await page.waitForFunction(() => Number(document.querySelector('.trace-speed .live')?.textContent) > 50);
  watched.assertClean();
});

test('A4: a run that falls silent says "no data for N s" within 3 s', async (t) => {
  const pipeline = await startPipeline(t, { startS: 700 });
  const watched = await openPage(t, browser, pipeline.pageUrl);
  await watched.untilText('replay-status', /playing/);
  pipeline.stallReplay();
  await watched.untilText('silence', /no data for \d+ s/, 3_500);
  watched.assertClean();
});

test('A15: a page opened late shows all laps, messages and alerts since the start of the run', async (t) => {
  const pipeline = await startPipeline(t, { speed: 100 });
  await openPage(t, browser, pipeline.pageUrl).then((first) => first.untilText('lap', /1[2-9]\/20/, 15_000));
  await pipeline.command('pause');
  const late = await openPage(t, browser, pipeline.pageUrl);
  await late.untilText('race-control', /MESSAGE OF LAP 1$/);
  await late.untilText('race-control', /MESSAGE OF LAP 12/);
  assert.ok((await late.page.locator('.seek-lap').count()) >= 11);
  assert.ok((await late.page.locator('.seek-phase.flag-safety').count()) === 1);
  const known = (await (await fetch(`${pipeline.url}alerts?limit=5000`)).json()) as {
    alerts?: unknown[];
  } & unknown[];
  assert.equal(Number(/(\d+)$/.exec(await late.text('alert-counts'))?.[1]), (known.alerts ?? known).length);
  await late.page.getByTestId('alerts').getByRole('button', { name: 'older' }).click();
  const first = await late.page.locator('.alert-when').last().textContent();
  assert.match(first ?? '', /L1$/);
  late.assertClean();
});

test('A5: opening, reloading and closing pages leaves the replay alone; viewers and changes are shown to all', async (t) => {
  const pipeline = await startPipeline(t, { startS: 700 });
  const one = await openPage(t, browser, pipeline.pageUrl);
  await one.untilText('replay-status', /playing/);
  const two = await openPage(t, browser, pipeline.pageUrl);
  await two.untilText('replay-status', /playing/);
  await one.untilText('shared', /shared replay, 2 viewers/);
  await two.page.reload();
  await two.untilText('replay-status', /playing/);
  await two.page.getByTestId('play').click();
  await one.untilText('replay-status', /paused/);
  await one.untilText('shared', /paused by page/);
  await two.page.close();
  await sleep(300);
  assert.match(await one.text('replay-status'), /paused/);
  one.assertClean();
});

test('A11: the four clocks are named beside the stamps', async (t) => {
  const pipeline = await startPipeline(t, { startS: 700, paused: true });
  const watched = await openPage(t, browser, pipeline.pageUrl);
  await watched.untilText('replay-status', /paused/);
  const cases = [
    ['session', /0:11:4\d\.\d/],
    ['track', /14:11:4\d/],
    ['utc', /12:11:4\d/],
    ['local', /14:11:4\d/],
  ] as const;
  for (const [name, pattern] of cases) {
    await watched.page.getByTestId('clock-choice').selectOption(name);
    await watched.untilText('clock', pattern);
  }
  assert.match(await watched.text('replay-time'), /my time Europe\/Berlin/);
  watched.assertClean();
});

test('favourites outlive a reload and are preselected; who is shown does not change with the lead', async (t) => {
  const pipeline = await startPipeline(t, { startS: 700 });
  const watched = await openPage(t, browser, pipeline.pageUrl);
  const { page } = watched;
  const shown = (): Promise<string[]> =>
    page.locator('.driver-main[aria-pressed="true"] .driver-code').allTextContents();
  await watched.untilText('replay-status', /playing/);
  await page.getByRole('button', { name: 'Favourite NOR' }).click();
  await page.getByRole('button', { name: 'Favourite LEC' }).click();
  assert.deepEqual(await shown(), ['VER', 'HAM', 'LEC']);
  await page.reload();
  await watched.untilText('replay-status', /playing/);
  assert.deepEqual(await shown(), ['LEC', 'NOR']);
  await pipeline.command('seek', { lap: 5 });
  await watched.untilText('lap', /5\/20/);
  assert.deepEqual(await shown(), ['LEC', 'NOR']);
  watched.assertClean();
});

test('SIMULATED is marked when the session is simulated, and only then', async (t) => {
  const sessions = { simulated: { simulated: true }, real: {} };
  const pipeline = await startPipeline(t, { sessions });
  const watched = await openPage(t, browser, pipeline.pageUrl);
  await watched.page.getByText('SIMULATED', { exact: true }).waitFor();
  await pipeline.command('load', 'real');
  await watched.page.getByText('SIMULATED', { exact: true }).waitFor({ state: 'detached' });
  watched.assertClean();
});

test('A3: empty views name their reason: nothing selected, not replayed, no telemetry, no replay', async (t) => {
  const sessions = {
    partial: {
      withoutTelemetry: ['NOR'],
      missing: [{ topic: 'WeatherData', reason: 'WeatherData is missing: no weather is shown' }],
    },
  };
  const pipeline = await startPipeline(t, { sessions, drivers: ['VER', 'HAM'] });
  const watched = await openPage(t, browser, pipeline.pageUrl);
  const { page } = watched;
  await watched.untilText('replay-status', /playing/);
  const overlay = page.locator('.overlay');
  await page.getByRole('button', { name: 'None' }).click();
  await overlay.getByText('No driver selected').waitFor();
  await page.locator('.driver-main', { hasText: 'NOR' }).click();
  await overlay.getByText('The archive has no car data of NOR').waitFor();
  await page.locator('.driver-main', { hasText: 'NOR' }).click();
  await page.locator('.driver-main', { hasText: 'LEC' }).click();
  await overlay.getByText('Only VER, HAM are replayed').waitFor();
  await overlay.getByRole('button').click();
  await overlay.waitFor({ state: 'detached' });
  watched.assertClean();
});

test('A3: without a replay the page says so and offers the session picker', async (t) => {
  const pipeline = await startPipeline(t, { replay: false });
  const watched = await openPage(t, browser, pipeline.pageUrl);
  await watched.page.locator('.overlay').getByText('No replay running').waitFor();
  await watched.page.locator('.overlay').getByRole('button', { name: 'Choose a session' }).click();
  await watched.page.getByRole('dialog').waitFor();
  watched.assertClean();
});

test('A14: a page hidden for long fetches the state once over the same connection', async (t) => {
  const pipeline = await startPipeline(t, { startS: 700 });
  const watched = await openPage(t, browser, pipeline.pageUrl);
  const { page } = watched;
  const sockets: string[] = [];
  page.on('websocket', (socket) => sockets.push(socket.url()));
  await watched.untilText('replay-status', /playing/);
  await page.evaluate(() => {
    let isHidden = true;
    Object.defineProperty(document, 'hidden', { get: () => isHidden });
    document.dispatchEvent(new Event('visibilitychange'));
    Object.assign(globalThis, {
      show: () => {
        isHidden = false;
        document.dispatchEvent(new Event('visibilitychange'));
      },
    });
  });
  await sleep(11_000);
  const longest = await page.evaluate(async () => {
    const tasks: number[] = [];
    new PerformanceObserver((list) =>
      tasks.push(...list.getEntries().map(({ duration }) => duration)),
    ).observe({ type: 'longtask' });
    (Reflect.get(globalThis, 'show') as () => void)();
    await new Promise((done) => setTimeout(done, 1_000));
    return Math.max(0, ...tasks);
  });
  assert.ok(longest <= 200, `longest task ${longest} ms`);
  assert.deepEqual(sockets, []);
  assert.equal(watched.sent.filter((op) => op === 'subscribe').length, 2);
  assert.equal(watched.got.filter((op) => op === 'snapshot').length, 2);
  const picture = await watched.picture();
  await sleep(500);
  assert.notEqual(await watched.picture(), picture);
  watched.assertClean();
});
