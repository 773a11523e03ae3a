import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { test } from 'node:test';
import { hasIpv6Loopback } from '../../src/util/port-owner.ts';
import { createBridge } from '../../src/bridge/index.ts';
import { noLog } from '../../src/domain/log.ts';
import { freePort, testBridge, testBroker, testConfig, untilOk } from './support.ts';

test('A7: localhost means 127.0.0.1 and ::1, also on a free port', async (t) => {
  const { bridge, url } = await testBridge(t);
  await untilOk(url);
  assert.equal((await fetch(`http://localhost:${bridge.port}/stats`)).status, 200);
  assert.ok(bridge.urls[0]?.startsWith('http://localhost:'));
  if (await hasIpv6Loopback()) {
    assert.equal((await fetch(`http://[::1]:${bridge.port}/stats`)).status, 200);
  }
});

test('A7: a taken port is named with its process and the key; exit code 2; the next one is taken when allowed', async (t) => {
  const port = await freePort();
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve));
  t.after(() => other.close());
  const config = testConfig({ grafana: { bridge_port: port } });
  const broker = await testBroker(t, config);
  await assert.rejects(
    testBridge(t, { broker, config }),
    (error: Error & { code: string; hint: string; exitCode: number }) => {
      assert.equal(error.code, 'F1_BRIDGE_PORT');
      assert.equal(error.exitCode, 2);
      assert.match(error.message, new RegExp(`port ${port} is taken by .*pid ${process.pid}`, 'u'));
      assert.match(error.hint, /--bridge-port 0/u);
      assert.match(error.hint, /grafana\.bridge_port/u);
      return true;
    },
  );
  const { bridge } = await testBridge(t, { broker, config, more: { nextFreePort: true } });
  assert.ok(bridge.port > port);
});

test('A1: open to the network every reachable address is named, with a warning when no token is set', async (t) => {
  const warnings: string[] = [];
  const config = testConfig({ grafana: { bridge_host: '0.0.0.0' } });
  const log = { ...noLog, warn: (message: string) => void warnings.push(message) };
  const { bridge } = await testBridge(t, { config, more: { log } });
  const own = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal);
  for (const { address } of own) {
    assert.ok(bridge.urls.includes(`http://${address}:${bridge.port}`));
    const answer = await fetch(`http://${address}:${bridge.port}/replay`, {
      method: 'POST',
      body: '{"command":"pause"}',
    });
    assert.equal(answer.status, 401);
  }
  assert.ok(warnings.some((message) => message.includes('control_token')));
});

test('listen: what is not HTTP is answered with the one error form', async (t) => {
  const { bridge } = await testBridge(t);
  const answer = await new Promise<string>((resolve) => {
    const socket = connect(bridge.port, '127.0.0.1', () =>
      socket.write('\u0016\u0003\u0001 nonsense\r\n\r\n'),
    );
    let text = '';
    socket.on('data', (data) => (text += data.toString()));
    socket.on('close', () => resolve(text));
  });
  assert.match(answer, /^HTTP\/1\.1 400 /u);
  assert.match(answer, /F1_BRIDGE_BAD_REQUEST/u);
});

test('E22: a bridge closes within 5 s with clients and requests open, also when its broker hangs', async (t) => {
  const config = testConfig();
  const inner = await testBroker(t, config);
  const never = new Promise<never>(() => {});
  const ending = new AbortController();
  const bridge = await createBridge({
    broker: { ...inner, describe: () => never, produce: () => never },
    config,
    log: noLog,
    signal: ending.signal,
    webRoot: null,
    sessions: () => never,
    info: { brokerKind: 'embedded', brokerLabel: 'hanging' },
  });
  const open = fetch(`http://127.0.0.1:${bridge.port}/sessions`).catch(() => null);
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal((await fetch(`http://127.0.0.1:${bridge.port}/`)).status, 503);
  const began = Date.now();
  ending.abort();
  await bridge.close();
  assert.ok(Date.now() - began < 5000);
  await open;
});

test('E24: a client that sends all of a 10 MB body before it reads still gets the answer 413', async (t) => {
  const { bridge } = await testBridge(t);
  const body = Buffer.alloc(10_000_000, 'x');
  const head = `POST /query HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: ${body.length}\r\n\r\n`;
  const answer = await new Promise<string>((resolve, reject) => {
    const socket = connect(bridge.port, '127.0.0.1', () => {
      socket.write(head);
      // The bridge knows the length by now, the sender does not look before all is sent.
      setTimeout(() => socket.write(body, () => socket.resume()), 100);
    });
    socket.pause();
    let text = '';
    socket.on('error', reject);
    socket.on('data', (data) => (text += data.toString()));
    socket.on('close', () => resolve(text));
  });
  assert.match(answer, /^HTTP\/1\.1 413 /u);
  assert.match(answer, /F1_BRIDGE_TOO_LARGE/u);
});
