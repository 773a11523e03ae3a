#!/usr/bin/env node
// Plain JavaScript for any Node >= 18: brings dependencies and Node 24 when they are missing, then runs src/main.ts.
import { spawn } from 'node:child_process';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureDependencies, findNode } from '../scripts/bootstrap.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
await ensureDependencies(root);
const node = findNode(root);
const child = spawn(
  node,
  ['--disable-warning=ExperimentalWarning', resolve(root, 'src/main.ts'), ...process.argv.slice(2)],
  {
    stdio: 'inherit',
  },
);
// The child gets Ctrl-C from the terminal itself; a signal sent to this process alone is passed on.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(signal, () => {
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
  });
child.on('exit', (code, signal) => {
  process.exitCode = code ?? (signal === 'SIGINT' ? 130 : signal === 'SIGKILL' ? 137 : 143);
});
