import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { codes, sentRows, setUp, stepMs } from '../support/player-fixture.ts';
import { topics } from '../support/replay-fixture.ts';

type Order =
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'speed'; readonly speed: number }
  | { readonly do: 'step'; readonly rows: number }
  | { readonly do: 'seek'; readonly seconds: number }
  | { readonly do: 'pause' | 'resume' | 'stop' | 'restart' | 'hold' | 'release' };

const orders: fc.Arbitrary<Order> = fc.oneof(
  fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 3000 }) }),
  fc.record({ do: fc.constant('speed' as const), speed: fc.constantFrom(0, 0.1, 0.5, 1, 3, 10, 110, 1000) }),
  fc.record({ do: fc.constant('step' as const), rows: fc.integer({ min: 1, max: 50 }) }),
  fc.record({ do: fc.constant('seek' as const), seconds: fc.integer({ min: 0, max: 25 }) }),
  fc.record({ do: fc.constantFrom('pause', 'resume', 'stop', 'restart', 'hold', 'release') }),
);

test('Player: any order of commands: within a segment rows are whole, in order, and sent once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(orders, { maxLength: 25 }), async (list) => {
      const { player, broker, clock } = await setUp({ maxBacklogRows: 150 });
      const starts = [1000];
      player.start();
      for (const order of list) {
        const before = player.snapshot().segment;
        if (order.do === 'wait') await clock.advance(order.ms);
        else if (order.do === 'speed') player.setSpeed(order.speed);
        else if (order.do === 'step') player.step(order.rows);
        else if (order.do === 'seek') player.seek(order.seconds);
        else if (order.do === 'hold') broker.hold(topics.telemetry);
        else if (order.do === 'release') broker.release(topics.telemetry);
        else player[order.do]();
        const { segment, sessionMs } = player.snapshot();
        if (segment !== before) starts[segment] = sessionMs;
      }
      broker.release(topics.telemetry);
      player.setSpeed(10);
      if (player.snapshot().status !== 'ended') player.resume();
      await clock.advance(60_000);
      assert.equal(player.snapshot().status, 'ended');
      assert.equal(broker.maxInFlight, 1);
      const rows = sentRows(broker);
      const last = String(player.snapshot().segment);
      for (const segment of new Set(rows.map((row) => row.segment))) {
        const firstMs = Math.ceil(starts[Number(segment)]! / stepMs) * stepMs;
        for (const code of codes) {
          const own = rows.filter((row) => row.segment === segment && row.driver === code);
          const count = segment === last ? (20_900 - firstMs) / stepMs + 1 : own.length;
          assert.deepEqual(
            own.map((row) => row.sessionMs),
            Array.from({ length: count }, (_, index) => firstMs + index * stepMs),
          );
        }
      }
    }),
    { numRuns: 40 },
  );
});
