import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { openBrowser } from '../support/browser.ts';
import { startCuttingProxy } from './cutting-proxy.ts';
import { openPage } from './page-driver.ts';
import { startPipeline } from './pipeline.ts';

let browser: Browser;
before(async () => {
  browser = await openBrowser();
});
after(() => browser.close());

test('A2: under a path prefix a paused replay outlives an idle cut of a third of a usual one', async (t) => {
  const pipeline = await startPipeline(t, { startS: 700, paused: true });
  // Proxies cut at 30 s or more; the page pings every 10 s, so a cut at 12 s never comes.
  const proxy = await startCuttingProxy(t, { target: pipeline.url, prefix: '/f1/live', idleMs: 12_000 });
  const watched = await openPage(t, browser, proxy.pageUrl);
  await watched.untilText('replay-status', /paused/);
  await sleep(14_000);
  assert.equal(proxy.idleCuts, 0);
  assert.ok(watched.sent.includes('ping'));
  assert.ok(watched.got.includes('pong') && watched.got.includes('replay'));
  await watched.page.getByTestId('play').click();
  await watched.untilText('replay-status', /playing/);
  watched.assertClean();
});

test('A2: a cut tunnel is dialled again: same session time, speed and pause state, no hole', async (t) => {
  const pipeline = await startPipeline(t, { startS: 700, speed: 2 });
  const proxy = await startCuttingProxy(t, { target: pipeline.url, prefix: '/pit', idleMs: 60_000 });
  const watched = await openPage(t, browser, proxy.pageUrl);
  await watched.untilText('replay-status', /playing/);
  await sleep(1_000);
  await watched.page.getByTestId('play').click();
  await watched.untilText('replay-status', /paused/);
  await sleep(300);
  const place = [await watched.text('clock'), await watched.page.getByTestId('speed').inputValue()];
  const picture = await watched.picture();
  proxy.cut();
  await watched.untilText('connection', /connecting/);
  await watched.untilText('connection', /^connected/);
  await sleep(500);
  assert.match(await watched.text('replay-status'), /paused/);
  assert.deepEqual(
    [await watched.text('clock'), await watched.page.getByTestId('speed').inputValue()],
    place,
  );
  assert.equal(await watched.picture(), picture);
  assert.ok(watched.longestGapS('VER') < 1);
  watched.assertClean({ allowNetwork: true });
});

test('A2: a proxy that refuses the upgrade is named as such within 2 s', async (t) => {
  const pipeline = await startPipeline(t);
  const proxy = await startCuttingProxy(t, {
    target: pipeline.url,
    prefix: '/f1',
    idleMs: 60_000,
    refuses: 400,
  });
  const watched = await openPage(t, browser, proxy.pageUrl);
  await watched.page.getByTestId('connection-problem').waitFor({ timeout: 2_000 });
  const text = await watched.text('connection-problem');
  assert.match(text, /ws:\/\/127\.0\.0\.1:\d+\/f1\/ws/);
  assert.match(text, /upgrade was refused.*bridge\.allowed_origins/s);
  await watched.page.locator('.overlay').getByText('No connection').waitFor();
  watched.assertClean({ allowNetwork: true });
});

test('A5: through a proxy steering asks for the control token and goes on with it', async (t) => {
  const pipeline = await startPipeline(t, { startS: 700, bridge: { control_token: 'correct-horse' } });
  const proxy = await startCuttingProxy(t, {
    target: pipeline.url,
    prefix: '/f1',
    idleMs: 60_000,
    forwards: true,
  });
  const watched = await openPage(t, browser, proxy.pageUrl);
  await watched.untilText('replay-status', /playing/);
  await watched.page.getByTestId('play').click();
  await watched.page.getByRole('dialog', { name: 'Control token' }).waitFor();
  await watched.page.getByRole('textbox', { name: 'Token' }).fill('correct-horse');
  await watched.page.getByRole('button', { name: 'Send pause' }).click();
  await watched.untilText('replay-status', /paused/);
  await watched.page.locator('body').press(' ');
  await watched.untilText('replay-status', /playing/);
  watched.assertClean({ allowNetwork: true });
});
