import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { before, test } from 'node:test';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';

const root = resolve(import.meta.dirname, '../..');
const dist = join(root, 'web/dist');
const build = () => promisify(execFile)(process.execPath, ['scripts/build-web.mjs'], { cwd: root });
const read = (file: string): string => readFileSync(join(dist, file), 'utf8');
const assets = (): string[] => readdirSync(join(dist, 'assets')).map((name) => `assets/${name}`);

before(build);

test('build-web builds only when an input changed', async () => {
  assert.match((await build()).stdout, /up to date/);
});

test('A1: no host name and no absolute address in the built page', () => {
  for (const file of ['index.html', ...assets().filter((name) => /\.(js|css)$/.test(name))]) {
    const text = read(file);
    assert.doesNotMatch(text, /localhost|127\.0\.0\.1|\[::1\]/, file);
    const addresses = (text.match(/(?:https?|wss?):\/\/[^"'`\s)]*/g) ?? []).filter(
      (address) => !address.startsWith('http://www.w3.org/'),
    );
    assert.deepEqual(addresses, [], file);
  }
  assert.doesNotMatch(read('index.html'), /(?:src|href)="\//, 'addresses are relative');
});

test('the built page holds under default-src self: nothing inline, no data addresses', () => {
  const html = read('index.html');
  assert.doesNotMatch(html, /<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=/);
  for (const file of assets().filter((name) => name.endsWith('.css')))
    assert.doesNotMatch(read(file), /url\(["']?data:/);
});

test('the built page is small: script, style and markup under 150 kB gzip', () => {
  const bytes = ['index.html', ...assets().filter((name) => /\.(js|css)$/.test(name))].reduce(
    (sum, file) => sum + gzipSync(read(file)).length,
    0,
  );
  assert.ok(bytes < 150_000, `${bytes} bytes`);
});
