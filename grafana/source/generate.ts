// Writes grafana/dashboards/*.json from the sources beside this file; with --check it only says whether they are up to date.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { dashboardJson, dashboards } from './dashboards.ts';

const folder = resolve(import.meta.dirname, '../dashboards');
const isCheck = process.argv.includes('--check');
const stale: string[] = [];
mkdirSync(folder, { recursive: true });
for (const [name, build] of Object.entries(dashboards)) {
  const path = join(folder, `${name}.json`);
  const text = dashboardJson(build);
  if (readText(path) === text) continue;
  stale.push(`${name}.json`);
  if (isCheck) continue;
  writeFileSync(`${path}.new`, text, { mode: 0o644 });
  renameSync(`${path}.new`, path);
}
if (isCheck && stale.length > 0) {
  process.stderr.write(`Dashboards are stale: ${stale.join(', ')}\n  Run npm run build:grafana\n`);
  process.exitCode = 1;
} else
  process.stdout.write(stale.length === 0 ? 'dashboards are up to date\n' : `wrote ${stale.join(', ')}\n`);

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
