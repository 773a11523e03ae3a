import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { Command } from 'commander';
import { commandTable } from '../../src/commands/command-table.ts';
import { errorCodes } from '../../src/domain/errors.ts';

const root = resolve(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(resolve(root, file), 'utf8');
const documents = globSync(['*.md', 'docs/*.md'], { cwd: root }).sort();
const scripts = (JSON.parse(read('package.json')) as { scripts: Record<string, string> }).scripts;

/** Shell lines of fenced blocks: continuation lines joined, comments and prompts removed. */
function shellLines(text: string): string[] {
  const lines: string[] = [];
  for (const [, block = ''] of text.matchAll(/^```(?:sh|bash|shell)\n([\s\S]*?)^```/gm)) {
    for (const line of block.replaceAll('\\\n', ' ').split('\n')) {
      const bare = line
        .replace(/\s#.*$/, '')
        .replace(/^\$ /, '')
        .trim();
      if (bare !== '' && !bare.startsWith('#')) lines.push(bare);
    }
  }
  return lines;
}

/** Programs of others that documents may tell the reader to run. */
const outside = new Set('apt-get brew cd curl docker git grafana java kcat mvn nc promtool sudo'.split(' '));

async function faultOf(line: string): Promise<string | null> {
  const words = line.split(/\s*[|;]\s*|\s*&&\s*/)[0]?.split(/\s+/) ?? [];
  while (words[0] !== undefined && /^[A-Z_]+=/.test(words[0])) words.shift();
  const [program = '', ...args] = words;
  if (program === 'npm') return npmFault(args);
  if (program === 'npx' && args[0] === 'slipstream') return slipstreamFault(args.slice(1));
  if (program === 'slipstream') return slipstreamFault(args);
  if (program === 'bash' || program === 'node') {
    const script = args.find((argument) => !argument.startsWith('-')) ?? '';
    return existsSync(resolve(root, script)) ? null : `${script} does not exist`;
  }
  if (program.startsWith('scripts/'))
    return existsSync(resolve(root, program)) ? null : `${program} does not exist`;
  return outside.has(program) ? null : `${program} is not a program that documents may use`;
}

function npmFault(args: readonly string[]): string | null {
  const [verb = '', name = ''] = args;
  const script = verb === 'run' ? name : verb;
  if (['ci', 'install'].includes(verb)) return null;
  return script in scripts ? null : `package.json has no script ${script}`;
}

async function slipstreamFault(args: readonly string[]): Promise<string | null> {
  const [name = '', ...rest] = args;
  if (name.startsWith('-')) return null;
  const entry = commandTable.find((command) => command.name === name);
  if (entry === undefined) return `slipstream has no command ${name}`;
  const command = new Command(name);
  (await entry.load()).configure(command, () => assert.fail('no action runs here'));
  const sub = command.commands.find((known) => known.name() === rest[0]);
  const known = [...command.options, ...(sub?.options ?? [])].map((option) => option.long);
  known.push('--config', '--set', '--json', '--quiet', '--verbose', '--help');
  const wrong = rest
    .filter((word) => word.startsWith('--'))
    .find((word) => !known.includes(word.split('=')[0] ?? ''));
  return wrong === undefined ? null : `slipstream ${name} has no option ${wrong}`;
}

for (const file of documents) {
  test(`A12: every fenced command of ${file} exists with its options`, async () => {
    const faults: string[] = [];
    for (const line of shellLines(read(file))) {
      const fault = await faultOf(line);
      if (fault !== null) faults.push(`${line}: ${fault}`);
    }
    assert.deepEqual(faults, []);
  });

  test(`A12: every path and link of ${file} exists`, () => {
    const text = read(file).replaceAll(/^```[\s\S]*?^```/gm, '');
    const missing: string[] = [];
    for (const [, path = ''] of text.matchAll(
      /`((?:src|test|web|docs|scripts|benchmarks|config|bin|kafka|grafana|notebooks|\.ci)\/[\w./*-]*)`/g,
    )) {
      if (/^web\/dist|\*|grafana_bridge_config/.test(path)) continue;
      if (!existsSync(resolve(root, path))) missing.push(path);
    }
    for (const [, path = ''] of text.matchAll(/\]\((?!https?:|#|mailto:)([^)#]+)/g)) {
      if (!existsSync(resolve(root, file, '..', path))) missing.push(path);
    }
    assert.deepEqual(missing, []);
  });
}

test('docs: .ci/run runs exactly the test command that README names', () => {
  const readme = read('README.md');
  assert.match(readme, /^npm test\b/m);
  assert.match(readme, /^npm start\b/m);
  const lines = read('.ci/run')
    .split('\n')
    .filter((line) => line.startsWith('npm '));
  assert.deepEqual(lines, ['npm test', 'npm run check']);
});

test('docs: errors.md explains every error code and no other', () => {
  const explained = [...read('docs/errors.md').matchAll(/^\| `(F1_\w+)` \|/gm)].map(
    (match) => match[1] ?? '',
  );
  assert.deepEqual(explained.toSorted(), [...errorCodes].toSorted());
});

test('docs: dependencies.md has a line for every run-time dependency', () => {
  const { dependencies } = JSON.parse(read('package.json')) as { dependencies: Record<string, string> };
  const page = read('docs/dependencies.md');
  for (const name of Object.keys(dependencies)) assert.ok(page.includes(`\`${name}\``), name);
});

test('docs: README and page say that the project is unofficial', () => {
  assert.match(read('README.md'), /unofficial/i);
  const pageText = globSync('web/**/*.tsx', { cwd: root }).map(read).join('\n');
  assert.match(pageText, /not associated with Formula 1/i);
});

test('repository: no committed file is over 1.5 MB and none names a development machine', async () => {
  const { execFileSync } = await import('node:child_process');
  const { statSync } = await import('node:fs');
  const files = execFileSync('git', ['ls-files'], { cwd: root, encoding: 'utf8' })
    .trim()
    .split('\n')
    .filter((file) => existsSync(resolve(root, file)));
  assert.deepEqual(
    files.filter((file) => statSync(resolve(root, file)).size > 1.5e6),
    [],
  );
  const machinePath = new RegExp(['/wo', 'rk/|/tmp/bash', '_jobs'].join(''));
  const named = files.filter(
    (file) => /\.(md|ts|tsx|mjs|js|json|ya?ml|sh)$|^\.ci/.test(file) && machinePath.test(read(file)),
  );
  assert.deepEqual(named, []);
});
