import assert from 'node:assert/strict';
import { test } from 'node:test';
import { channels } from '../../../src/domain/channels.ts';
import { framesOf, readFixtures, send, shapeOf, writeFixture } from './contract-fixtures.ts';
import type { Fixture, Reply } from './contract-fixtures.ts';
import { openWorld, putIn } from './world.ts';

/** For a change of the contract that is meant: every fixture is written anew, to be read before it is committed. */
const isRecording = process.env['RECORD_CONTRACTS'] === '1';
const fixtures = readFixtures();

test('contracts: every recorded call of a data source is answered as recorded', async (t) => {
  const { bridge } = await openWorld(t);
  for (const fixture of fixtures) {
    await t.test(`${fixture.name}: ${fixture.about}`, async () => {
      const reply = await send(bridge.app, fixture);
      const frames = isFramed(fixture, reply) ? framesOf(fixture.request.path, reply.body) : undefined;
      if (isRecording) return record(fixture, reply, frames?.map(shapeOf));
      const { response } = fixture;
      assert.equal(reply.status, response.status, JSON.stringify(reply.body));
      for (const [name, value] of Object.entries(response.headers ?? {})) {
        const answered = wordsOf(String(reply.headers[name]));
        assert.deepEqual(
          wordsOf(value).filter((word) => !answered.includes(word)),
          [],
          `${name}: ${answered.join(', ')}`,
        );
      }
      if (response.isExcerpt === true) assertExcerpt(reply.body, response.body);
      else if (response.body !== undefined) assertBody(reply.body, response.body);
      assert.deepEqual(frames?.map(shapeOf), fixture.frames);
      if (reply.status >= 400) {
        const keys = Object.keys(reply.body as object);
        assert.deepEqual(keys, ['error', 'code', 'hint']);
      }
    });
  }
});

test('contracts: every value of a series or a frame is one that was put in', async (t) => {
  const { bridge } = await openWorld(t);
  const wire = channels.filter(({ derived }) => !derived).map(({ wireName }) => wireName);
  for (const format of ['series', 'frame'] as const) {
    const targets = wire.map((target) => ({ refId: target, target, payload: { format } }));
    const request = { method: 'POST', path: '/query', body: { targets, maxDataPoints: 1000 } } as const;
    const { status, body } = await send(bridge.app, { request });
    assert.equal(status, 200);
    const frames = framesOf('/query', body);
    assert.equal(frames.length, wire.length * 2);
    for (const { refId = '', fields, length } of frames) {
      const [times, values] = fields;
      const driver = values?.labels?.['driver'] ?? '';
      assert.equal(length, 13, `${driver} ${refId}: 12 rows and the break of the pause`);
      const found = times?.values.map((time: number, i) => [time, values?.values[i]] as const) ?? [];
      for (const [time, value] of found)
        assert.equal(value, putIn(driver, time, refId), `${driver} ${refId}`);
      assert.equal(found.filter(([, value]) => value === null).length, 1, `${driver} ${refId}`);
    }
  }
});

function wordsOf(header: string): string[] {
  return header.split(/[\s,;]+/u);
}

/** Equal, but for texts whose recorded end is left open: they list what other parts of the program decide. */
function assertBody(actual: unknown, expected: unknown): void {
  const known = structuredClone(expected) as Record<string, unknown>;
  for (const [key, value] of Object.entries(known)) {
    if (typeof value !== 'string' || !value.endsWith('…')) continue;
    const answered = String(Reflect.get(Object(actual), key));
    assert.ok(answered.startsWith(value.slice(0, -1)), answered);
    known[key] = answered;
  }
  assert.deepEqual(actual, known);
}

function isFramed({ request }: Fixture, { status }: Reply): boolean {
  return status === 200 && request.method === 'POST' && ['/query', '/variable'].includes(request.path);
}

function assertExcerpt(actual: unknown, expected: unknown): void {
  assert.ok(Array.isArray(actual) && Array.isArray(expected) && expected.length > 0);
  let from = 0;
  for (const item of expected) {
    const at = actual.findIndex((one, i) => i >= from && JSON.stringify(one) === JSON.stringify(item));
    assert.notEqual(at, -1, `${JSON.stringify(item)} is not in the answer, or not in this place`);
    from = at + 1;
  }
}

function record(fixture: Fixture, { status, body }: Reply, frames: Fixture['frames']): void {
  const { response, ...rest } = fixture;
  const isKept = response.isExcerpt === true || JSON.stringify(response.body ?? '…').includes('…');
  writeFixture({
    ...rest,
    response: {
      ...response,
      status,
      ...(isKept ? {} : { body }),
    },
    ...(frames === undefined ? {} : { frames }),
  });
}
