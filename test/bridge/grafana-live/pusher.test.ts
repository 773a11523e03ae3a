import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { DataFrameJSON, StreamingDataFrame } from '@grafana/data';
import { createLivePusher } from '../../../src/bridge/grafana-live/pusher.ts';
import type { LivePusher } from '../../../src/bridge/grafana-live/pusher.ts';
import { createLineEncoder, liveFields } from '../../../src/bridge/grafana-live/line-encoder.ts';
import { createBridgeState } from '../../../src/bridge/ingest/bridge-state.ts';
import type { BridgeState } from '../../../src/bridge/ingest/bridge-state.ts';
import { createByteWriter } from '../../../src/bridge/query/byte-writer.ts';
import { defaultConfig } from '../../../src/config/defaults.ts';
import { noLog } from '../../../src/domain/log.ts';
import { createGrafanaLiveServer, parseLine } from '../../support/grafana-live-server.ts';
import type { GrafanaLiveOptions, GrafanaLiveServer } from '../../support/grafana-live-server.ts';
import { getJson, publishRows, row, testBridge, testConfig, until, untilOk } from '../support.ts';

const grafanaData = createRequire(import.meta.url)('@grafana/data') as typeof import('@grafana/data');
const live = defaultConfig.grafana.live;

async function server(t: TestContext, options: GrafanaLiveOptions = {}): Promise<GrafanaLiveServer> {
  const grafana = await createGrafanaLiveServer(options);
  t.after(() => grafana.close());
  return grafana;
}

function start(t: TestContext, settings: Partial<typeof live>, state: BridgeState): LivePusher {
  const pusher = createLivePusher({
    settings: { ...live, batch_ms: 50, ...settings },
    state,
    log: noLog,
    clock: Date.now,
  });
  const ending = new AbortController();
  const running = pusher.run(ending.signal);
  t.after(async () => {
    ending.abort();
    await running;
  });
  return pusher;
}

/** Rows of drivers, as if they came now. */
function feed(state: BridgeState, drivers: readonly string[], sessionMs: number): void {
  for (const driver of drivers)
    state.points.append(
      row({ driver, timestampMs: Date.now(), sessionMs, speedKmh: 200 + (sessionMs % 100) }),
      0,
    );
}

test('pushes what arrives as Grafana asks for it: one measurement a driver, nothing but rising stamps', async (t) => {
  const grafana = await server(t, { user: 'admin', password: 'secret' });
  const state = createBridgeState(1000);
  const pusher = start(t, { url: `${grafana.url}/`, user: 'admin', password: 'secret' }, state);
  for (let i = 0; i < 40; i++) {
    feed(state, ['VER', 'HAM', 'LEC'], i * 130);
    await new Promise((done) => setTimeout(done, 25));
  }
  await until(() => grafana.lines >= 30, 'lines');
  assert.deepEqual(grafana.faults, []);
  assert.equal(pusher.state, 'ok');
  assert.equal(pusher.reason, null);
  assert.ok(pusher.latency.count > 0 && pusher.requests >= grafana.pushes);
  assert.equal(pusher.errors, 0);
});

test('the rate is capped for each driver: the newest row of a batch goes, the others are counted', async (t) => {
  const speeds: number[] = [];
  const grafana = await server(t, { onLine: ({ fields }) => speeds.push(fields.get('session_time')!) });
  const state = createBridgeState(5000);
  const pusher = start(t, { url: grafana.url, batch_ms: 100, hz: 10 }, state);
  feed(state, ['VER'], 0);
  await new Promise((done) => setTimeout(done, 150));
  for (let i = 1; i <= 500; i++) feed(state, ['VER'], i);
  await until(() => speeds.includes(0.5), 'newest row');
  assert.ok(speeds.length <= 6, String(speeds.length));
  assert.ok(pusher.dropped >= 490, String(pusher.dropped));
});

test('an anonymous or refused identity is told and not hammered; the right one goes on', async (t) => {
  const grafana = await server(t, { token: 'good' });
  const state = createBridgeState(100);
  const pusher = start(t, { url: grafana.url, token: 'wrong' }, state);
  await until(() => pusher.state === 'auth', 'auth');
  assert.match(pusher.reason ?? '', /grafana\.live\.token/);
  assert.equal(grafana.pushes, 0);
  const anonymous = await server(t, { isAnonymous: true });
  const second = start(t, { url: anonymous.url }, state);
  await until(() => second.state === 'auth', 'anonymous');
  const third = start(t, { url: grafana.url, token: 'good' }, state);
  feed(state, ['VER'], 1);
  await until(() => {
    feed(state, ['VER'], 2);
    return third.state === 'ok';
  }, 'ok');
});

test('anything but an empty 200 is an error, and the pusher comes back when Grafana does', async (t) => {
  const grafana = await server(t);
  const state = createBridgeState(1000);
  grafana.answer = (request, response) => {
    response.writeHead(request.url?.startsWith('/api/user') === true ? 200 : 500);
    response.end(request.url?.startsWith('/api/user') === true ? '{"id":1,"login":"a"}' : 'error');
  };
  const pusher = start(t, { url: grafana.url }, state);
  const feeding = setInterval(() => feed(state, ['VER'], Date.now() % 1000), 20);
  t.after(() => clearInterval(feeding));
  await until(() => pusher.state === 'unreachable', '500');
  assert.match(pusher.reason ?? '', /answered 500/);
  grafana.answer = null;
  await until(() => pusher.state === 'ok', 'recovery', 10_000);
  await grafana.close();
  await until(() => pusher.state === 'unreachable', 'gone', 10_000);
  assert.ok(pusher.errors >= 2);
});

test('nothing is sent, and nothing is off, without an address', async () => {
  const pusher = createLivePusher({
    settings: live,
    state: createBridgeState(10),
    log: noLog,
    clock: Date.now,
  });
  await pusher.run(new AbortController().signal);
  assert.equal(pusher.state, 'off');
});

test('a bridge with a dead Grafana is healthy and says how pushing goes', async (t) => {
  const grafana = await server(t);
  await grafana.close();
  const config = testConfig({ grafana: { live: { ...live, url: grafana.url } } });
  const { broker, url } = await testBridge(t, { config });
  await untilOk(url);
  await publishRows(broker, config, [row({ timestampMs: Date.now() })]);
  await until(async () => {
    const { status, body } = await getJson<{ live: { state: string; reason: string | null } }>(`${url}/`);
    return status === 200 && body.live.state === 'unreachable' && body.live.reason !== null;
  }, 'unreachable and healthy');
  const metrics = await (await fetch(`${url}/metrics`)).text();
  assert.match(metrics, /f1_live_push_state\{state="unreachable"\} 1/);
});

test('ten minutes of twenty drivers go through StreamingDataFrame without a mismatch and in bounded memory', async (t) => {
  const frames = new Map<string, StreamingDataFrame>();
  const warnings: unknown[] = [];
  const warn = console.warn;
  console.warn = (...args: unknown[]): void => void warnings.push(args);
  t.after(() => {
    console.warn = warn;
  });
  const take = (channel: string, json: DataFrameJSON): void => {
    const known = frames.get(channel);
    if (known === undefined) {
      frames.set(
        channel,
        grafanaData.StreamingDataFrame.fromDataFrameJSON(json, { maxLength: 1500, maxDelta: 60_000 }),
      );
    } else known.push(json);
  };
  const grafana = await server(t, { onFrame: take });
  const state = createBridgeState(5000);
  const drivers = Array.from({ length: 20 }, (_, i) => `D${String(i).padStart(2, '0')}`);
  const encoders = drivers.map((driver) => createLineEncoder(driver));
  const writer = createByteWriter(256 * 1024);
  const beginMs = 1_795_000_000_000;
  let heap = 0;
  // The clock is simulated: 6,000 batches of 100 ms with two rows a driver, a driver without DRS, a seek in the middle.
  for (let batch = 0; batch < 6000; batch++) {
    writer.reset();
    drivers.forEach((driver, i) => {
      for (let k = 0; k < 2; k++) {
        const timestampMs = beginMs + batch * 100 + k * 50;
        const sessionMs = (batch < 3000 ? batch : batch - 2500) * 100 + k * 50;
        const drs = i === 3 ? Number.NaN : batch % 90 < 20 ? 12 : 0;
        state.points.append(
          row({ driver, timestampMs, sessionMs, drs, speedKmh: batch % 17 === 0 ? Number.NaN : 200 }),
          0,
        );
        encoders[i]!.write(
          writer,
          state.points.find(driver)!.buffer,
          state.points.find(driver)!.buffer.appended - 1,
        );
      }
    });
    const body = writer.view().toString();
    // Through HTTP now and then, else straight into what the server does with a body: the network is tested elsewhere.
    if (batch % 50 === 0) {
      const response = await fetch(`${grafana.url}/api/live/push/f1?gf_live_frame_format=labels_column`, {
        method: 'POST',
        body,
      });
      assert.equal(response.status, 200);
    } else publishBatch(body, take, frames);
    if (batch === 2000) {
      globalThis.gc?.();
      heap = process.memoryUsage().heapUsed;
    }
  }
  globalThis.gc?.();
  assert.deepEqual(grafana.faults, []);
  assert.deepEqual(warnings, []);
  assert.equal(frames.size, 20);
  for (const frame of frames.values()) {
    assert.deepEqual(
      frame.fields.map(({ name }) => name),
      ['time', ...liveFields],
    );
    assert.ok(frame.length > 1000 && frame.length <= 1500, String(frame.length));
    const times = frame.fields[0]!.values;
    assert.ok(times.every((time, i) => i === 0 || time > times[i - 1]));
    assert.ok(
      frame.fields.slice(1).every(({ values }) => values.every((value) => typeof value === 'number')),
    );
  }
  const grown = process.memoryUsage().heapUsed - heap;
  assert.ok(grown < 80e6, `${Math.round(grown / 1e6)} MB`);
});

/** What the server makes of a body, for channels whose schema is known. */
function publishBatch(
  body: string,
  take: (channel: string, json: DataFrameJSON) => void,
  known: ReadonlyMap<string, unknown>,
): void {
  const batches = new Map<string, ReturnType<typeof parseLine>[]>();
  for (const text of body.trimEnd().split('\n')) {
    const line = parseLine(text);
    const batch = batches.get(line.measurement) ?? [];
    batches.set(line.measurement, batch);
    batch.push(line);
  }
  for (const [measurement, lines] of batches) {
    const channel = `stream/f1/${measurement}`;
    assert.ok(known.has(channel));
    const values = [
      lines.map(() => ''),
      lines.map(({ stampNs }) => Number(stampNs / 1_000_000n)),
      ...liveFields.map((name) => lines.map(({ fields }) => fields.get(name) ?? null)),
    ];
    take(channel, { data: { values } } as DataFrameJSON);
  }
}
