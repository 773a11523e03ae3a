// What npm packs: JavaScript and declarations of src/ in dist/ (Node refuses TypeScript below node_modules) and the built page.
// `--clean` removes dist/ again: a checkout always runs its sources.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureDependencies, findNode } from './bootstrap.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(root, 'dist');
rmSync(dist, { recursive: true, force: true });
if (!process.argv.includes('--clean')) {
  await ensureDependencies(root);
  run(join(root, 'node_modules', '.bin', 'tsc'), ['-p', 'tsconfig.build.json']);
  run(findNode(root), ['scripts/build-web.mjs', '--quiet']);
}

function run(command, args) {
  // npm reads the file list of a package from stdout.
  const result = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (result.status === 0) return;
  rmSync(dist, { recursive: true, force: true });
  process.exit(result.status ?? 1);
}
