import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { sharedData } from '../support/shared-data.ts';
import { tempDir } from '../support/temp-dir.ts';

const root = resolve(import.meta.dirname, '../..');
const spain = sharedData('archive', '2024', '2024-06-23_Spanish_Grand_Prix', '2024-06-22_Qualifying');

function run(cwd: string, command: string, ...args: string[]): Promise<string> {
  return new Promise((done, fail) => {
    // npm hands its own settings down to the npm it starts.
    const env = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !/^npm_(?!config_registry)/i.test(name)),
    );
    execFile(
      command,
      args,
      { cwd, env, encoding: 'utf8', timeout: 300_000, maxBuffer: 1e8 },
      (error, stdout, stderr) =>
        error === null
          ? done(stdout)
          : fail(new Error(`${command} ${args.join(' ')}: ${stdout}${stderr}`, { cause: error })),
    );
  });
}

const program = `import { F1Error, loadSession, pickDrivers, pickFastest, rowAt, type LapRow, type Session, type Table } from 'slipstream';

const [folder = '', cache = ''] = process.argv.slice(2);
const session: Session = await loadSession(folder, { cache, name: '2024 Test Qualifying' });
const laps: Table<LapRow> = session.laps;
const times: Float64Array = laps.columns.LapTime;
const compounds: readonly (string | null)[] = laps.columns.Compound;
const first: LapRow = rowAt(laps, 0);
const fastest = pickFastest(pickDrivers(laps, 'NOR'));
const refused = await loadSession('nowhere', { cache: false }).catch((error: unknown) => error);
console.log(JSON.stringify({
  rows: laps.rows, times: times.length, compounds: compounds.length, first: first.Driver,
  fastest: fastest?.LapTime ?? null, code: refused instanceof F1Error ? refused.code : null,
}));
`;

/** A project that uses the package in one way of installing it. */
async function useIn(dir: string, folder: string): Promise<Record<string, unknown>> {
  writeFileSync(join(dir, 'program.ts'), program);
  const compilerOptions = {
    target: 'es2024',
    lib: ['es2024'],
    module: 'nodenext',
    strict: true,
    noUncheckedIndexedAccess: true,
    allowImportingTsExtensions: true,
    noEmit: true,
    types: ['node'],
    typeRoots: [join(root, 'node_modules/@types')],
    skipLibCheck: true,
  };
  writeFileSync(join(dir, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['program.ts'] }));
  await run(dir, join(root, 'node_modules/.bin/tsc'), '-p', '.');
  return JSON.parse(await run(dir, process.execPath, 'program.ts', folder, join(dir, 'cache'))) as Record<
    string,
    unknown
  >;
}

function makeProject(dir: string): void {
  writeFileSync(
    join(dir, 'package.json'),
    JSON.stringify({ name: 'user', version: '1.0.0', type: 'module', private: true }),
  );
}

/** A session to open: a recorded one, else a simulated race. */
async function someSession(dir: string): Promise<string> {
  if (spain !== null) return spain;
  const folder = join(dir, 'simulated');
  await run(root, process.execPath, 'src/main.ts', 'simulate', '--laps', '3', '--out', folder, '--quiet');
  return folder;
}

function check(found: Record<string, unknown>): void {
  assert.ok(Number(found['rows']) > 0);
  assert.equal(found['times'], found['rows']);
  assert.equal(found['compounds'], found['rows']);
  assert.equal(found['code'], 'F1_SOURCE_NOT_FOUND');
  if (spain !== null) assert.deepEqual([found['rows'], found['fastest']], [257, 71.383]);
}

test('a linked install runs the sources, and its types are theirs', async (t) => {
  const dir = tempDir(t);
  makeProject(dir);
  await run(dir, 'npm', 'install', '--no-audit', '--no-fund', '--prefer-offline', root);
  assert.ok(existsSync(join(dir, 'node_modules/slipstream/src/index.ts')), 'npm links a folder');
  check(await useIn(dir, await someSession(dir)));
});

test('a packed tarball runs JavaScript with declarations, library and command line', async (t) => {
  const dir = tempDir(t);
  const before = readFileSync(join(root, 'package.json'), 'utf8');
  await run(root, 'npm', 'pack', '--pack-destination', dir);
  assert.equal(readFileSync(join(root, 'package.json'), 'utf8'), before);
  assert.ok(!existsSync(join(root, 'dist')), 'a checkout always runs its sources');
  makeProject(dir);
  const { version } = JSON.parse(before) as { version: string };
  await run(
    dir,
    'npm',
    'install',
    '--no-audit',
    '--no-fund',
    '--prefer-offline',
    join(dir, `slipstream-${version}.tgz`),
  );
  const installed = join(dir, 'node_modules/slipstream');
  assert.ok(!existsSync(join(installed, 'src')) && existsSync(join(installed, 'dist/index.d.ts')));
  assert.ok(existsSync(join(installed, 'web/dist/index.html')), 'the page comes built');
  const folder = await someSession(dir);
  check(await useIn(dir, folder));
  const bin = join(installed, 'bin/slipstream.js');
  assert.equal((await run(dir, process.execPath, bin, '--version')).trim(), version);
  const summary = await run(
    dir,
    process.execPath,
    bin,
    'extract',
    folder,
    '--laps',
    '--out',
    join(dir, 'out'),
    '--json',
    '--quiet',
  );
  assert.ok(JSON.parse(summary).files.length > 5);
  // The replay's thread is a file of its own: it has to be found in the package too.
  const simulated = join(dir, 'race');
  await run(dir, process.execPath, bin, 'simulate', '--laps', '2', '--out', simulated, '--quiet');
  const once = await run(
    dir,
    process.execPath,
    bin,
    'start',
    simulated,
    '--broker',
    'embedded',
    '--speed',
    'max',
    '--once',
    '--no-page',
    '--bridge-port',
    '0',
    '--json',
  );
  assert.match(once, /"rows"/);
});

test('what the entry exports is what the sources export', async () => {
  const [entry, sources] = await Promise.all([import('slipstream'), import('../../src/index.ts')]);
  assert.deepEqual(Object.keys(entry).sort(), Object.keys(sources).sort());
});
