import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { checkGrafana } from '../../src/commands/doctor/check-grafana.ts';
import { defaultConfig } from '../../src/config/defaults.ts';
import type { Config } from '../../src/config/schema.ts';

async function grafana(t: TestContext, status: number, body: string): Promise<string> {
  const server = createServer(
    (_, response) => void response.writeHead(status, { 'content-type': 'application/json' }).end(body),
  );
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  t.after(() => server.close());
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
}

function run(
  url: string,
  change: Partial<Config['grafana']> = {},
): ReturnType<ReturnType<typeof checkGrafana>> {
  const config = { ...defaultConfig, grafana: { ...defaultConfig.grafana, ...change } };
  return checkGrafana(url)({ config, signal: new AbortController().signal, environment: {} });
}

test('F5: doctor --grafana names the mismatch of a bridge on loopback and a Grafana in a container', async (t) => {
  const url = await grafana(t, 200, '{"database":"ok","version":"13.2.3"}');
  const [health, way, live] = await run(`${url}/`);
  assert.deepEqual([health!.status, way!.status, live!.status], ['ok', 'warn', 'ok']);
  assert.match(health!.found, /version 13\.2\.3/);
  assert.match(way!.found, /127\.0\.0\.1:5001.*container/);
  assert.match(way!.advice ?? '', /compose\.grafana-only\.yaml/);
  const open = await run(url, { bridge_host: '0.0.0.0' });
  assert.equal(open[1]!.status, 'ok');
});

test('doctor --grafana: nothing there, something else there, a push without identity: told, and no failure', async (t) => {
  const other = await grafana(t, 200, '<html>');
  const [health] = await run(other);
  assert.equal(health!.status, 'warn');
  const [gone] = await run('http://127.0.0.1:9');
  assert.match(gone!.found, /nothing answers/);
  const live = { ...defaultConfig.grafana.live, url: 'http://localhost:3000' };
  const results = await run(other, { live });
  assert.equal(results[2]!.status, 'warn');
  assert.match(results[2]!.advice ?? '', /grafana\.live\.token/);
});
