// Everything about the sources that is not a test: lint (type-aware), format, types, generated files.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findNode } from './bootstrap.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const node = findNode(root);
const bin = (name) => join(root, 'node_modules', '.bin', name);
const grafana = ['source', 'query', 'check', 'preview/src'].map((folder) => `grafana/${folder}`);
const sources = ['src', 'test', 'scripts', 'bin', 'web', 'benchmarks', ...grafana].filter((folder) =>
  existsSync(join(root, folder)),
);
const steps = [
  ['lint', bin('oxlint'), ['--type-aware', '--deny-warnings', ...sources]],
  ['format', bin('oxfmt'), ['--check', ...sources]],
  ['types', bin('tsc'), ['-p', '.']],
  ['types of the page', bin('tsc'), ['-p', 'web']],
  ['generated files', node, ['scripts/generate-docs.ts', '--check']],
  ['dashboards', node, ['grafana/source/generate.ts', '--check']],
  ['compose files and provisioning', node, ['scripts/check-deployment.ts']],
];
let failed = 0;
for (const [name, command, args] of steps) {
  const result = spawnSync(command, args, { cwd: root, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  const good = result.status === 0;
  process.stdout.write(`${good ? 'ok  ' : 'FAIL'} ${name}\n`);
  if (!good) {
    failed += 1;
    process.stdout.write(`${result.stdout ?? ''}${result.stderr ?? ''}${result.error?.message ?? ''}\n`);
  }
}
process.exitCode = failed === 0 ? 0 : 1;
