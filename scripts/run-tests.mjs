// Runs every test file under Node 24 with node:test: `npm test [-- FILTER…]`; `npm run soak` adds the long ones.
import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findNode } from './bootstrap.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const args = process.argv.slice(2);
const soak = args.includes('--soak');
const filters = args.filter((argument) => !argument.startsWith('--'));

if (Number(process.versions.node.split('.')[0]) < 24) {
  run(findNode(root), [fileURLToPath(import.meta.url), ...args], process.env);
} else {
  const pattern = soak ? 'test/**/*.{test,soak}.ts' : 'test/**/*.test.ts';
  const files = globSync(pattern, { cwd: root })
    .sort()
    .filter((file) => filters.length === 0 || filters.some((filter) => file.includes(filter)));
  if (files.length === 0) {
    process.stderr.write(`error: No test file matches ${filters.join(' ')}\n`);
    process.exit(2);
  }
  const options = [
    '--disable-warning=ExperimentalWarning',
    '--test',
    '--test-reporter=spec',
    '--test-concurrency=2',
  ];
  run(process.execPath, [...options, ...files], {
    ...process.env,
    ...(soak ? { SLIPSTREAM_SOAK: '1' } : {}),
  });
}

function run(command, commandArgs, env) {
  const child = spawn(command, commandArgs, { cwd: root, stdio: 'inherit', env });
  child.on('exit', (code) => {
    process.exitCode = code ?? 1;
  });
}
