// Runs every test file under Node 24 with node:test: `npm test [-- FILTER…]`; `npm run soak` adds the long ones.
// Files with a failure are run once more, one at a time, and said to be: brokers, browsers and a busy machine can make
// a sound test late. What fails twice fails.
import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findNode } from './bootstrap.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const args = process.argv.slice(2);
const soak = args.includes('--soak');
const filters = args.filter((argument) => !argument.startsWith('--'));
const filesAtATime = 2;

if (Number(process.versions.node.split('.')[0]) < 24) {
  const child = spawn(findNode(root), [fileURLToPath(import.meta.url), ...args], {
    cwd: root,
    stdio: 'inherit',
  });
  child.on('exit', (code) => {
    process.exitCode = code ?? 1;
  });
} else {
  process.chdir(root);
  process.env.NODE_OPTIONS = `${process.env.NODE_OPTIONS ?? ''} --disable-warning=ExperimentalWarning`.trim();
  if (soak) process.env.SLIPSTREAM_SOAK = '1';
  const files = globSync('test/**/*.test.ts')
    .sort()
    .filter((file) => filters.length === 0 || filters.some((filter) => file.includes(filter)));
  if (files.length === 0) {
    process.stderr.write(`error: No test file matches ${filters.join(' ')}\n`);
    process.exit(2);
  }
  const failed = await runFiles(files, soak ? 1 : filesAtATime);
  if (failed.length > 0) {
    process.stdout.write(
      `\nRUN AGAIN: ${failed.length} of ${files.length} files had a failure: ${failed.join(', ')}\n\n`,
    );
    const still = await runFiles(failed, 1);
    const held = failed.filter((file) => !still.includes(file));
    if (held.length > 0) process.stdout.write(`\nUNSTEADY: passed only when run again: ${held.join(', ')}\n`);
    process.exitCode = still.length > 0 ? 1 : 0;
  }
}

/** Runs files with the spec reporter on stdout; resolves to those that had a failure. */
async function runFiles(files, concurrency) {
  const { run } = await import('node:test');
  const { spec } = await import('node:test/reporters');
  const failed = new Set();
  const stream = run({ files: files.map((file) => resolve(root, file)), concurrency });
  stream.on('test:fail', ({ file, name, todo, skip }) => {
    if (todo !== undefined || skip !== undefined) return;
    failed.add(relative(root, file ?? resolve(root, name)));
  });
  const shown = stream.compose(spec);
  shown.pipe(process.stdout, { end: false });
  await new Promise((done, fail) => {
    shown.on('end', done);
    shown.on('error', fail);
  });
  return [...failed].filter((file) => files.includes(file) || fail(file));
}

/** A failure that belongs to no file of the run must not get lost. */
function fail(file) {
  throw new Error(`A test failed outside of the files that were run: ${file}`);
}
