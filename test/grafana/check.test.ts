import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { prometheusAbsent } from '../../grafana/check/absent-source.ts';
import { hasPrometheus } from '../../grafana/check/prometheus-process.ts';
import type { Dashboard } from '../../grafana/query/dashboard.ts';
import { processesWith } from '../integration/support/processes.ts';

const root = resolve(import.meta.dirname, '../..');
const shipped = join(root, 'grafana/dashboards');

interface JsonReport {
  readonly isSound: boolean;
  readonly faults: readonly { readonly text: string }[];
  readonly rows: readonly {
    readonly dashboard: string;
    readonly panel: string;
    readonly verdict: string;
    readonly texts: readonly string[];
  }[];
}

/** Runs the verifier as its own process; nothing of it outlives the test. */
function runCheck(t: TestContext, args: readonly string[]) {
  const mark = `SLIPSTREAM_TEST_MARK=${randomUUID()}`;
  const [name = '', value = ''] = mark.split('=');
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', join(root, 'grafana/check/main.ts'), ...args],
    {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, [name]: value, NODE_TEST_CONTEXT: '' },
    },
  );
  const text = { stdout: '', stderr: '' };
  const said = Promise.withResolvers<void>();
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (chunk: string) => {
      text[stream] += chunk;
      if (text.stderr.includes('playing for')) said.resolve();
    });
  }
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((done) =>
    child.once('close', (code) => done({ code, ...text })),
  );
  t.after(async () => {
    child.kill('SIGKILL');
    await ended;
    for (const pid of processesWith(mark)) process.kill(pid, 'SIGKILL');
  });
  return { child, ended, playing: said.promise, family: () => processesWith(mark) };
}

async function reportOf(t: TestContext, args: readonly string[]): Promise<JsonReport> {
  const { code, stdout, stderr } = await runCheck(t, ['--json', ...args]).ended;
  assert.notEqual(stdout, '', stderr);
  const report = JSON.parse(stdout) as JsonReport;
  assert.equal(code, report.isSound ? 0 : 1);
  return report;
}

test(
  'check:grafana: every panel of every shipped dashboard on the simulated race',
  { timeout: 120_000 },
  async (t) => {
    const { rows, faults } = await reportOf(t, ['--warm', '20']);
    const failed = rows.filter(({ verdict }) => verdict === 'failed');
    const said = [
      ...faults.map(({ text }) => text),
      ...failed.map(({ dashboard, panel, texts }) => `${dashboard} · ${panel}: ${texts.join('; ')}`),
    ];
    assert.deepEqual(said, []);
    const uids = globSync('*.json', { cwd: shipped }).map(
      (file) => (JSON.parse(readFileSync(join(shipped, file), 'utf8')) as Dashboard).uid,
    );
    assert.ok(uids.length >= 6, `${uids.length} dashboards are shipped`);
    for (const uid of uids) {
      assert.ok(
        rows.some(({ dashboard, verdict }) => dashboard === uid && verdict !== 'text'),
        `nothing of ${uid} was checked`,
      );
    }
    assert.deepEqual(
      rows.filter(({ verdict }) => verdict === 'lacks').map(({ panel }) => panel),
      [],
      'the simulated race lacks no topic',
    );
    const skipped = rows.filter(({ verdict }) => verdict === 'skipped');
    if (skipped.length > 0) t.diagnostic(`${skipped.length} skipped: ${skipped[0]?.texts.join('; ')}`);
    if (hasPrometheus()) assert.deepEqual(skipped, [], 'what it needs is there');
    else assert.ok(skipped.every(({ texts }) => texts.join() === prometheusAbsent));
  },
);

test(
  'check:grafana: a misspelt column and an unknown unit are found by name',
  { timeout: 120_000 },
  async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'planted-'));
    t.after(() => rmSync(folder, { recursive: true }));
    cpSync(join(shipped, 'f1_consolidated.json'), join(folder, 'planted.json'));
    const text = readFileSync(join(folder, 'planted.json'), 'utf8');
    const planted = text
      .replaceAll('"selector": "speed"', '"selector": "sped"')
      .replaceAll('"velocitykmh"', '"kmh"');
    assert.notEqual(planted, text);
    writeFileSync(join(folder, 'planted.json'), planted);
    const { isSound, rows, faults } = await reportOf(t, ['--dashboards', folder, '--warm', '3']);
    assert.equal(isSound, false);
    assert.match(faults.map((fault) => fault.text).join('; '), /unit "kmh" is unknown/);
    assert.match(rows.flatMap((row) => row.texts).join('; '), /no row has the column "sped"/);
  },
);

test('check:grafana: Ctrl-C ends it and everything that it started', { timeout: 120_000 }, async (t) => {
  const { child, ended, playing, family } = runCheck(t, []);
  await Promise.race([playing, ended]);
  assert.ok(family().length >= 2, 'a bridge runs');
  child.kill('SIGINT');
  const { code, stderr } = await ended;
  assert.equal(code, 130, stderr);
  assert.match(stderr, /Ended by SIGINT/);
  assert.deepEqual(family(), []);
});

test('check:grafana: without dashboards it says so', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'empty-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const { code, stderr } = await runCheck(t, ['--dashboards', folder]).ended;
  assert.equal(code, 1);
  assert.match(stderr, /There are no dashboards in .*npm run build:grafana/);
});
