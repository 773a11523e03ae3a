import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { Browser, Page } from 'playwright-core';

/** A page under test that keeps what must not happen: uncaught errors, console errors, requests to other origins. */
export interface WatchedPage {
  readonly page: Page;
  /** Fails when something happened that must not. `allowNetwork`: failed requests are part of the test. */
  assertClean(options?: { allowNetwork?: boolean }): void;
  /** Session time shown by the replay bar [s]; NaN when none is. */
  shownS(): Promise<number>;
  /** Longest distance [s] between neighbouring rows of a driver among all that arrived over any connection. */
  longestGapS(driver: string): number;
  /** Messages by `op` that the page sent, and that it got. */
  readonly sent: string[];
  readonly got: string[];
  /** Hash of what is drawn in the first chart. */
  picture(): Promise<string>;
  text(testId: string): Promise<string>;
  /** Waits until the text under a test id matches. */
  untilText(testId: string, pattern: RegExp, timeoutMs?: number): Promise<void>;
}

/** Opens an address at 1440 × 900 in a context of its own. */
export async function openPage(
  t: TestContext,
  browser: Browser,
  url: string,
  viewport = { width: 1440, height: 900 },
): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport, locale: 'en-US', timezoneId: 'Europe/Berlin' });
  t.after(() => context.close());
  const page = await context.newPage();
  const errors: string[] = [];
  const networkErrors: string[] = [];
  const foreign: string[] = [];
  const { origin, host } = new URL(url);
  page.on('pageerror', (error) => errors.push(`uncaught: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() !== 'error') return;
    const isNetwork = /WebSocket connection|Failed to load resource/.test(message.text());
    (isNetwork ? networkErrors : errors).push(`console: ${message.text()}`);
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(origin) && !request.url().startsWith('blob:')) foreign.push(request.url());
  });
  const sent: string[] = [];
  const got: string[] = [];
  const arrivedS = new Map<string, number[]>();
  page.on('websocket', (socket) => {
    if (new URL(socket.url()).host !== host) foreign.push(socket.url());
    socket.on('framesent', ({ payload }) => sent.push(opOf(payload)));
    socket.on('framereceived', ({ payload }) => {
      got.push(opOf(payload));
      for (const [driver, s] of rowsOf(payload)) {
        arrivedS.set(driver, [...(arrivedS.get(driver) ?? []), ...s]);
      }
    });
  });
  await page.goto(url);
  const text = async (testId: string): Promise<string> =>
    (await page.getByTestId(testId).first().textContent()) ?? '';
  return {
    page,
    text,
    sent,
    got,
    longestGapS(driver) {
      const s = (arrivedS.get(driver) ?? []).toSorted((a, b) => a - b);
      assert.ok(s.length > 10, `no rows of ${driver} arrived`);
      return Math.max(...s.slice(1).map((time, at) => time - s[at]!));
    },
    assertClean({ allowNetwork = false } = {}) {
      assert.deepEqual(errors, []);
      assert.deepEqual(foreign, []);
      if (!allowNetwork) assert.deepEqual(networkErrors, []);
    },
    async shownS() {
      const parts = /(\d+):(\d\d):(\d\d)/.exec(await text('replay-time'));
      return parts === null ? Number.NaN : Number(parts[1]) * 3600 + Number(parts[2]) * 60 + Number(parts[3]);
    },
    picture: () =>
      page.evaluate(() => {
        const canvas = document.querySelector('canvas');
        if (canvas === null) return 'none';
        const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
        let hash = 0;
        for (let at = 0; at < data.length; at += 4)
          hash = (Math.imul(hash, 31) + data[at]! + data[at + 1]! * 7) | 0;
        return String(hash);
      }),
    async untilText(testId, pattern, timeoutMs = 8_000) {
      await page.waitForFunction(
        ([id, source]) =>
          new RegExp(source!).test(document.querySelector(`[data-testid="${id}"]`)?.textContent ?? ''),
        [testId, pattern.source],
        { timeout: timeoutMs },
      );
    },
  };
}

function opOf(payload: string | Buffer): string {
  return /"op":"(\w+)"/.exec(payload.toString())?.[1] ?? 'odd';
}

/** Session times by driver in a frame; nothing for frames that were made to be odd. */
function rowsOf(payload: string | Buffer): [string, number[]][] {
  try {
    const { telemetry } = JSON.parse(payload.toString()) as { telemetry: Record<string, { s: number[] }> };
    return Object.entries(telemetry).map(([driver, { s }]) => [driver, s.map(Number)]);
  } catch {
    return [];
  }
}
