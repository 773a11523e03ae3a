// Runs a program of this repository under Node 24: `node scripts/run-node.mjs FILE [ARGUMENT…]`, from its root.
import { spawn } from 'node:child_process';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureDependencies, findNode } from './bootstrap.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
await ensureDependencies(root);
const child = spawn(findNode(root), ['--disable-warning=ExperimentalWarning', ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
});
// The child gets Ctrl-C from the terminal itself and ends what it started; then this process ends with its code.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.on('exit', (code) => {
  process.exitCode = code ?? 1;
});
