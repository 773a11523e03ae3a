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
    // The channel carries nothing: its end tells the child that this process is gone.
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  },
);
// A terminal sends Ctrl-C to both, anything else to this process alone: always passed on, the child counts it once.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => {
  process.exitCode = code ?? (signal === 'SIGINT' ? 130 : signal === 'SIGKILL' ? 137 : 143);
});
