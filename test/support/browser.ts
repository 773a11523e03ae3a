import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';

const cacheRoot = resolve(import.meta.dirname, '../../node_modules/.cache/slipstream');

const localPaths = [
  process.env['SLIPSTREAM_CHROME'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/**
 * Starts a Chromium that the caller closes. The browser comes from npm (Linux on x64), elsewhere a local Chromium or
 * Chrome is used. Rejects when there is none.
 */
export async function openBrowser(args: readonly string[] = []): Promise<Browser> {
  return chromium.launch({
    executablePath: await findBrowser(),
    args: ['--no-sandbox', '--headless=shell', ...args],
    env: { ...process.env, LANG: 'en_US.UTF-8', LANGUAGE: 'en_US' },
  });
}

/** Path of the browser; unpacks the one from npm on first use, into a folder of its own version. */
async function findBrowser(): Promise<string> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return findLocalBrowser();
  const packageFile = findPackageFile('@sparticuz/chromium');
  if (packageFile === null) return findLocalBrowser();
  const { version } = JSON.parse(readFileSync(packageFile, 'utf8')) as { version: string };
  const folder = join(cacheRoot, `chromium-${version}`);
  const executable = join(folder, 'chromium');
  if (!existsSync(executable)) await unpack(folder);
  return executable;
}

function findLocalBrowser(): string {
  const found = localPaths.find((path) => path !== undefined && existsSync(path));
  if (found === undefined) {
    throw new Error(
      'Cannot start a browser as no Chromium or Chrome was found: set SLIPSTREAM_CHROME to its path',
    );
  }
  return found;
}

function findPackageFile(name: string): string | null {
  const folders = createRequire(import.meta.url).resolve.paths(name) ?? [];
  return folders.map((folder) => join(folder, name, 'package.json')).find((path) => existsSync(path)) ?? null;
}

/** The package unpacks into the folder for temporary files, without a lock: done in a folder of our own, then renamed. */
async function unpack(folder: string): Promise<void> {
  mkdirSync(dirname(folder), { recursive: true });
  const unpacked = mkdtempSync(`${folder}-`);
  const script = "import('@sparticuz/chromium').then((module) => module.default.executablePath())";
  await promisify(execFile)(process.execPath, ['-e', script], {
    cwd: resolve(import.meta.dirname, '../..'),
    env: { ...process.env, TMPDIR: unpacked },
  });
  try {
    renameSync(unpacked, folder);
  } catch (error) {
    // Another process was faster: its copy is as good.
    rmSync(unpacked, { recursive: true, force: true });
    if (!existsSync(join(folder, 'chromium'))) throw error;
  }
}
