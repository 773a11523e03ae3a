import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertWhole, codes, sentEvents, sentRows, setUp } from '../support/player-fixture.ts';
import { sessionTable, topics } from '../support/replay-fixture.ts';

test('Player: at 1× rows go out when due, with the due time as timestamp, and the replay ends after the last', async () => {
  const { player, broker, clock } = await setUp();
  player.start();
  await clock.advance(0);
  const anchorMs = clock.epochMs();
  assert.deepEqual(
    sentRows(broker).map((row) => row.sessionMs),
    [1000, 1000, 1000, 1000],
  );
  await clock.advance(950);
  assert.equal(sentRows(broker).length, 40);
  await clock.advance(30_000);
  const rows = sentRows(broker);
  assertWhole(rows);
  for (const row of rows) assert.equal(row.timestampMs, anchorMs + row.sessionMs - 1000);
  assert.equal(player.snapshot().status, 'ended');
  assert.deepEqual(sentEvents(broker), ['0:session', '0:past', '0:middle', '0:late']);
  assert.deepEqual([player.scheduleError.count, player.scheduleError.summary()?.max], [800, 0]);
  assert.equal(broker.maxInFlight, 1);
  await player.finished;
});

test('Player: pause keeps the place, resume goes on without a jump and without a new segment', async () => {
  const { player, broker, clock } = await setUp();
  player.start();
  await clock.advance(5050);
  player.pause();
  await clock.advance(60_000);
  assert.equal(sentRows(broker).length, 51 * 4);
  assert.equal(player.snapshot().sessionMs, 6050);
  player.resume();
  await clock.advance(50);
  assert.equal(sentRows(broker).length, 52 * 4);
  await clock.advance(20_000);
  const rows = sentRows(broker);
  assertWhole(rows);
  assert.ok(rows.every((row) => row.segment === '0'));
});

test('Player: changes of speed re-anchor: nothing lost, nothing twice, due times rise', async () => {
  const { player, broker, clock } = await setUp();
  player.start();
  for (const [speed, ms] of [
    [10, 33],
    [0.5, 777],
    [1000, 1],
    [1, 2000],
    [3, 501],
    [0, 0],
    [1, 100],
    [100, 2000],
  ] as const) {
    await clock.advance(ms);
    player.setSpeed(speed);
  }
  await clock.advance(30_000);
  const rows = sentRows(broker);
  assertWhole(rows);
  for (const code of codes) {
    const stamps = rows.filter((row) => row.driver === code).map((row) => row.timestampMs);
    for (let i = 1; i < stamps.length; i++) assert.ok(stamps[i]! >= stamps[i - 1]!);
  }
});

test('Player: step sends the next rows in time order while paused, and refuses while playing', async () => {
  const { player, broker, clock } = await setUp();
  player.start();
  await clock.advance(0);
  assert.match(player.step(1) ?? '', /needs a paused replay/);
  player.pause();
  assert.equal(player.step(6), null);
  await clock.advance(0);
  const rows = sentRows(broker);
  assert.deepEqual(
    rows.map((row) => row.sessionMs).sort((a, b) => a - b),
    [1000, 1000, 1000, 1000, 1100, 1100, 1100, 1100, 1200, 1200],
  );
  assert.equal(player.snapshot().sessionMs, 1200);
  player.resume();
  await clock.advance(30_000);
  assertWhole(sentRows(broker));
});

test('Player: a seek opens a segment that first republishes everything before its start', async () => {
  const { player, broker, clock } = await setUp();
  player.start();
  await clock.advance(1050);
  assert.equal(player.seek(6.05), null);
  await clock.advance(30_000);
  const rows = sentRows(broker);
  assertWhole(
    rows.filter((row) => row.segment === '0'),
    1000,
    2000,
  );
  assertWhole(
    rows.filter((row) => row.segment === '1'),
    6100,
  );
  assert.deepEqual(sentEvents(broker), ['0:session', '0:past', '1:session', '1:past', '1:middle', '1:late']);
  const first = broker.stored.findIndex((record) => record.headers['segment'] === '1');
  assert.equal(broker.stored[first]!.topic, topics.timing);
});

test('Player: seek by UTC, lap and lights out; unknown places are refused with a reason', async () => {
  const { player, clock } = await setUp();
  player.start();
  await clock.advance(10);
  player.pause();
  assert.equal(player.seek('lights out'), null);
  assert.equal(player.snapshot().sessionMs, 3000);
  assert.equal(player.seek({ utc: new Date(1_900_000_004_000).toISOString() }), null);
  assert.equal(player.snapshot().sessionMs, 4000);
  assert.equal(player.seek(0), null);
  assert.equal(player.snapshot().sessionMs, 1000);
  assert.match(player.seek({ lap: 9 }) ?? '', /Lap 9 has no known start/);
  assert.equal(player.snapshot().segment, 3);
});

test('Player: a command while a batch is in flight neither loses nor doubles a row', async () => {
  const { player, broker, clock } = await setUp();
  player.start();
  await clock.advance(500);
  broker.hold(topics.telemetry);
  await clock.advance(1000);
  player.pause();
  player.setSpeed(7);
  player.resume();
  await clock.advance(100);
  player.pause();
  assert.equal(player.step(3), null);
  broker.release(topics.telemetry);
  await clock.advance(10);
  player.resume();
  await clock.advance(60_000);
  assertWhole(sentRows(broker));
  assert.equal(broker.maxInFlight, 1);
});

test('Player: lossless holds the clock when the broker is slower, counts it, and loses nothing', async () => {
  const { player, broker, clock } = await setUp({ maxBacklogRows: 100 });
  player.start();
  await clock.advance(0);
  broker.hold(topics.telemetry);
  await clock.advance(6000);
  const held = player.snapshot();
  assert.equal(held.status, 'holding');
  assert.match(held.reason ?? '', /memory is slower than the schedule: \d+ rows wait/);
  assert.ok(held.sessionMs < 5000 && held.backlogRows <= 104, JSON.stringify(held));
  broker.release(topics.telemetry);
  await clock.advance(60_000);
  const done = player.snapshot();
  assertWhole(sentRows(broker));
  assert.deepEqual([done.status, done.holds, done.rowsDropped], ['ended', 1, 0]);
  assert.ok(done.heldMs > 2000 && done.heldMs < 4000, String(done.heldMs));
});

test('Player: live drops the oldest unsent rows, counts them, and keeps its schedule', async () => {
  const { player, broker, clock } = await setUp({ maxBacklogRows: 100, mode: 'live' });
  player.start();
  await clock.advance(0);
  broker.hold(topics.telemetry);
  await clock.advance(10_000);
  assert.equal(player.snapshot().backlogRows, 100);
  assert.ok((player.snapshot().lagMs ?? 0) > 2000);
  broker.release(topics.telemetry);
  await clock.advance(9_900);
  const { status, rowsDropped, rowsSent, holds } = player.snapshot();
  assert.deepEqual([status, rowsDropped + rowsSent, holds], ['ended', 800, 0]);
  assert.ok(rowsDropped > 250, String(rowsDropped));
  const gap = sentRows(broker)
    .filter((row) => row.driver === 'VER')
    .map((row) => row.sessionMs);
  for (let i = 1; i < gap.length; i++) assert.ok(gap[i]! > gap[i - 1]!);
});

test('Player: at max every row goes out once in few batches, stamped at hand-over, without schedule error', async () => {
  const { player, broker, clock } = await setUp({ speed: 0 });
  player.start();
  await clock.advance(0);
  await player.finished;
  assertWhole(sentRows(broker));
  assert.equal(player.scheduleError.summary(), null);
  assert.equal(player.snapshot().lagMs, null);
  assert.ok(broker.calls.length < 20, String(broker.calls.length));
});

test('Player: loop opens a new segment at the start each time', async () => {
  const { player, broker, clock } = await setUp({ loop: true, speed: 10 });
  player.start();
  await clock.advance(5000);
  const rows = sentRows(broker);
  for (const segment of ['0', '1']) assertWhole(rows.filter((row) => row.segment === segment));
  assert.equal(player.snapshot().segment, 2);
  player.setLoop(false);
  await clock.advance(5000);
  assert.equal(player.snapshot().status, 'ended');
});

test('Player: drivers can be chosen while playing; unknown ones are refused without harm', async () => {
  const { player, broker, clock } = await setUp();
  player.start();
  await clock.advance(1050);
  assert.match(player.setDrivers(['VER', 'XXX']) ?? '', /current value is XXX/);
  await clock.advance(1000);
  assert.equal(player.setDrivers(['VER']), null);
  await clock.advance(30_000);
  const rows = sentRows(broker);
  assertWhole(
    rows.filter((row) => row.segment === '0'),
    1000,
    3000,
  );
  const later = rows.filter((row) => row.segment === '1');
  assert.ok(later.every((row) => row.driver === 'VER'));
  assert.equal(later[0]!.sessionMs, 3100);
});

test('Player: A5: stop keeps the place; resume goes on from there', async () => {
  const { player, broker, clock } = await setUp();
  player.start();
  await clock.advance(2050);
  player.stop();
  await clock.advance(10_000);
  assert.deepEqual([player.snapshot().status, player.snapshot().sessionMs], ['stopped', 3050]);
  player.resume();
  await clock.advance(30_000);
  assertWhole(sentRows(broker));
});

test('Player: E5: a failed delivery ends in status failed with what was lost; resume goes on in a new segment', async () => {
  const { player, broker, clock } = await setUp();
  player.start();
  await clock.advance(2050);
  broker.failNext(topics.telemetry, new Error('nothing stored for 120 s'));
  await clock.advance(60_000);
  await player.finished;
  const failed = player.snapshot();
  assert.equal(failed.status, 'failed');
  assert.match(
    failed.reason ?? '',
    /records for f1-telemetry partition \d were lost: nothing stored for 120 s/,
  );
  assert.ok(failed.rowsLost > 0);
  player.resume();
  await clock.advance(60_000);
  assertWhole(
    sentRows(broker).filter((row) => row.segment === '1'),
    3100,
  );
  assert.equal(player.snapshot().status, 'ended');
});

test('Player: E13: a new segment waits for the batch in flight instead of racing it', async () => {
  const { player, broker, clock } = await setUp();
  player.start();
  await clock.advance(500);
  broker.hold(topics.telemetry);
  await clock.advance(1000);
  assert.equal(player.seek(10), null);
  await clock.advance(3000);
  assert.match(player.snapshot().reason ?? '', /has been waiting \d\.\d s for the broker/);
  broker.release(topics.telemetry);
  await clock.advance(60_000);
  assert.equal(broker.maxInFlight, 1);
  const segments = sentRows(broker)
    .filter((row) => row.driver === 'VER')
    .map((row) => row.segment);
  assert.deepEqual(segments, segments.toSorted());
  assertWhole(
    sentRows(broker).filter((row) => row.segment === '1'),
    10_000,
  );
});

test('Player: a session without telemetry streams its timing events alone', async () => {
  const { player, broker, clock } = await setUp({ table: sessionTable([]) });
  player.start();
  await clock.advance(4000);
  assert.deepEqual(sentEvents(broker), ['0:session', '0:past']);
  await clock.advance(90_000);
  assert.deepEqual(sentEvents(broker), ['0:session', '0:past', '0:middle', '0:late']);
  assert.equal(player.snapshot().status, 'ended');
});

test('Player: a choice that leaves no rows is refused with the drivers that have some', async () => {
  await assert.rejects(setUp({ range: { partitions: 4, lapRange: { first: 40, last: 50 } } }), {
    code: 'F1_REPLAY_EMPTY',
    exitCode: 2,
  });
});
