import assert from 'node:assert/strict';
import { test } from 'node:test';
import { annotationEvents } from '../../../grafana/query/annotations.ts';
import type { QueryFrame } from '../../../grafana/query/frame.ts';
import { channels } from '../../../src/domain/channels.ts';
import { testBridge, until, untilOk } from '../support.ts';
import { framesOf, grafanaData, send } from './contract-fixtures.ts';
import { firstMs, openWorld } from './world.ts';

test('every metric of POST /metrics is answered: a time and a number for each driver, with a unit that Grafana knows', async (t) => {
  const { bridge, query } = await openWorld(t);
  const list = await send(bridge.app, { request: { method: 'POST', path: '/metrics', body: {} } });
  const metrics = (list.body as { value: string }[]).map(({ value }) => value);
  assert.deepEqual(
    metrics.slice(0, channels.length),
    channels.map(({ wireName }) => wireName),
  );
  for (const metric of metrics.slice(0, channels.length)) {
    const { body } = await query<unknown[]>({ targets: [{ refId: metric, target: metric }] });
    const frames = framesOf('/query', body);
    assert.deepEqual(
      frames.map(({ name, refId }) => [name, refId]),
      ['HAM', 'VER'].map((driver) => [`${driver}.${metric}`, metric]),
    );
    for (const { fields } of frames) {
      assert.deepEqual(
        fields.map(({ name, type }) => [name, type]),
        [
          ['Time', 'time'],
          ['Value', 'number'],
        ],
      );
      const { unit = '' } = fields[1]!.config;
      const shown = grafanaData.getValueFormat(unit)(12);
      if (unit !== 'none')
        assert.notEqual(shown.suffix?.trim(), unit, `${metric}: ${unit} is no unit of Grafana`);
    }
  }
});

test('alerts and events of the replay are annotations with a region, tags, id and colour', async (t) => {
  const { query } = await openWorld(t);
  const asked = await query<unknown[]>({ targets: [{ target: 'alerts' }, { target: 'replay_events' }] });
  const events = annotationEvents(framesOf('/query', asked.body) as unknown as QueryFrame[]);
  assert.deepEqual(events, [
    {
      time: firstMs,
      title: 'Replay: seek',
      text: 'From lap 12 to lap 30 by page',
      id: `replay-seek-${firstMs}`,
      color: '#8e8e8e',
      tags: ['replay', 'seek'],
    },
    {
      time: firstMs + 1500,
      timeEnd: firstMs + 2000,
      title: 'VER drs status change',
      text: 'DRS open',
      id: 'drs-1',
      color: '#ff9830',
      tags: ['drs_status_change', 'medium', 'VER', 'measured'],
    },
    {
      time: firstMs + 2500,
      timeEnd: firstMs + 6500,
      title: 'Replay: pause',
      text: 'Paused at lap 30',
      id: `replay-pause-${firstMs + 2500}`,
      color: '#8e8e8e',
      tags: ['replay', 'pause'],
    },
    {
      time: firstMs + 8000,
      title: 'HAM high speed',
      text: 'Speed above 300 km/h',
      id: 'speed-1',
      color: '#f2495c',
      tags: ['high_speed', 'high', 'HAM', 'measured'],
    },
  ]);
});

test('an alert that is open overlaps every range since it opened, one that is closed its own', async (t) => {
  const { query } = await openWorld(t);
  const idsIn = async (fromMs: number, toMs: number): Promise<unknown[]> => {
    const range = { from: fromMs, to: toMs };
    const { body } = await query<{ rows: unknown[][] }[]>({ range, targets: [{ target: 'alerts' }] });
    return body[0]!.rows.map((row) => row[5]);
  };
  assert.deepEqual(await idsIn(firstMs, firstMs + 1499), []);
  assert.deepEqual(await idsIn(firstMs, firstMs + 1500), ['drs-1']);
  assert.deepEqual(await idsIn(firstMs + 1700, firstMs + 1800), ['drs-1']);
  assert.deepEqual(await idsIn(firstMs + 2001, firstMs + 7999), []);
  assert.deepEqual(await idsIn(firstMs + 9000, firstMs + 9500), ['speed-1']);
});

test('/metrics by method: GET is the Prometheus exposition, POST the list of the query builder', async (t) => {
  const { bridge } = await openWorld(t);
  const { headers, payload, statusCode } = await bridge.app.inject({ method: 'GET', url: '/metrics' });
  assert.equal(statusCode, 200);
  assert.match(String(headers['content-type']), /^text\/plain/u);
  assert.match(payload, /^# TYPE f1_\w+ /mu);
  const list = await send(bridge.app, { request: { method: 'POST', path: '/metrics' } });
  assert.ok(list.status === 200 && Array.isArray(list.body));
});

test('"Save & test" while the broker is away: 503 with sentences that say what is wrong', async (t) => {
  const { bridge, broker, url } = await testBridge(t);
  await untilOk(url);
  await broker.close();
  const health = async (): Promise<{ status: number; reasons: string[] }> => {
    const answer = await bridge.app.inject({ method: 'GET', url: '/' });
    return { status: answer.statusCode, reasons: answer.json<{ reasons: string[] }>().reasons };
  };
  const namesBroker = async (): Promise<boolean> =>
    (await health()).reasons.some((reason) =>
      /^The broker at .+ does not answer for \d+ s: \S/u.test(reason),
    );
  await until(namesBroker, 'the broker is missed', 15_000);
  assert.equal((await health()).status, 503);
});
