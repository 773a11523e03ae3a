import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { test } from 'node:test';

const root = resolve(import.meta.dirname, '..');
const pure = ['domain'];
const shared = ['domain', 'analysis', 'config', 'util'];
const stages = ['source', 'session', 'replay', 'kafka', 'detect', 'process', 'predict', 'bridge', 'tui'];

/** Folders of src/ that a folder may import besides itself. */
const allowed = new Map<string, readonly string[]>([
  ['domain', []],
  ['util', []],
  ['analysis', pure],
  ['config', ['domain', 'util']],
  ...stages.map((stage): [string, readonly string[]] => [stage, shared]),
]);

interface Import {
  readonly from: string;
  readonly to: string;
}

function importsOf(file: string, text: string): Import[] {
  const found: Import[] = [];
  for (const match of text.matchAll(/(?:\bfrom\s+|\bimport\s*\(\s*|\bimport\s+)['"]([^'"]+)['"]/g)) {
    found.push({ from: file, to: match[1] ?? '' });
  }
  return found;
}

/** Why an import breaks the rule, or null. `file` is relative to the repository. */
function faultOf({ from, to }: Import): string | null {
  const [top, folder = ''] = from.split('/');
  const target = to.startsWith('.') ? relative(root, resolve(root, dirname(from), to)) : null;
  if (top === 'web') {
    if (target === null) return to.startsWith('node:') ? 'web must not import node:' : null;
    const inside =
      target.startsWith('web/') || target.startsWith('src/domain/') || target.startsWith('src/analysis/');
    return inside ? null : 'web imports only src/domain and src/analysis';
  }
  const isPure = folder === 'domain' || folder === 'analysis';
  if (target === null) return isPure ? `${folder} must not import packages or node:` : null;
  const rule = allowed.get(folder);
  if (rule === undefined) return null;
  if (!target.startsWith('src/')) return 'src must not import from outside src';
  const targetFolder = target.split('/')[1] ?? '';
  return targetFolder === folder || rule.includes(targetFolder)
    ? null
    : `${folder} must not import ${targetFolder}`;
}

function sourceFiles(): string[] {
  return globSync(['src/**/*.ts', 'web/**/*.{ts,tsx}'], { cwd: root }).filter(
    (file) => !file.startsWith('web/dist'),
  );
}

test('import rule: every stage imports only what ARCHITECTURE.md allows', () => {
  const faults: string[] = [];
  const files = sourceFiles();
  assert.ok(files.length > 20, `only ${files.length} source files found`);
  for (const file of files) {
    for (const found of importsOf(file, readFileSync(resolve(root, file), 'utf8'))) {
      const fault = faultOf(found);
      if (fault !== null) faults.push(`${file} → ${found.to}: ${fault}`);
    }
  }
  assert.deepEqual(faults, []);
});

test('import rule: a stage that imports another stage is caught', () => {
  assert.equal(
    faultOf({ from: 'src/replay/bad.ts', to: '../bridge/app.ts' }),
    'replay must not import bridge',
  );
  assert.equal(
    faultOf({ from: 'src/domain/bad.ts', to: 'node:fs' }),
    'domain must not import packages or node:',
  );
  assert.equal(
    faultOf({ from: 'web/bad.ts', to: '../src/bridge/app.ts' }),
    'web imports only src/domain and src/analysis',
  );
  assert.equal(faultOf({ from: 'src/bridge/good.ts', to: '../domain/table.ts' }), null);
});

test('file size: no source file has more than 400 lines of code', () => {
  const large = sourceFiles()
    .map((file) => {
      const lines = readFileSync(resolve(root, file), 'utf8').split('\n');
      return { file, code: lines.filter((line) => !/^\s*($|\/\/|\/?\*)/.test(line)).length };
    })
    .filter(({ code }) => code > 400);
  assert.deepEqual(large, []);
});

test('src/ holds no .tsx: Node runs the sources as they are', () => {
  assert.deepEqual(globSync('src/**/*.tsx', { cwd: root }), []);
});
