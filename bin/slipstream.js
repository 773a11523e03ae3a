#!/usr/bin/env node
// Plain JavaScript for any Node >= 20: in a checkout brings dependencies and Node 24 when they are missing and runs
// src/main.ts; in an installed package runs dist/main.js.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureDependencies, findNode } from '../scripts/bootstrap.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const isCheckout = existsSync(resolve(root, 'src/main.ts'));
if (isCheckout) await ensureDependencies(root);
// npm puts the programs of an installed package's dependencies beside the package itself.
const node = findNode(isCheckout ? root : resolve(root, '../..'));
const main = resolve(root, isCheckout ? 'src/main.ts' : 'dist/main.js');
const child = spawn(node, ['--disable-warning=ExperimentalWarning', main, ...process.argv.slice(2)], {
  // The channel carries nothing: its end tells the child that this process is gone.
  stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
});
// A terminal sends Ctrl-C to both, anything else to this process alone: always passed on, the child counts it once.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => {
  process.exitCode = code ?? (signal === 'SIGINT' ? 130 : signal === 'SIGKILL' ? 137 : 143);
});
