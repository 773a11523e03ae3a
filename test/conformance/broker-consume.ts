import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConsumeRequest } from '../../src/domain/broker.ts';
import { F1Error } from '../../src/domain/errors.ts';
import { freshTopic, numbered, readFirst, readRecords, recordsOf, specOf } from './broker-fixture.ts';
import type { BrokerUnderTest } from './broker-fixture.ts';

/** Criteria of reading: starts, groups, ends. */
export function consumeCriteria(target: () => BrokerUnderTest): void {
  const createTopic = async (partitions = 1): Promise<string> => {
    const topic = freshTopic();
    await target().broker.createTopics([specOf(topic, partitions)]);
    return topic;
  };

  test('consume gives headers, keys, null keys and the stamp of publication as they were produced', async () => {
    const { broker } = target();
    const topic = await createTopic();
    const headers = { run: '20261125T140501123Z-5f3a', segment: '0', v: '1', umlaut: 'Nürburgring' };
    const timestampMs = Date.now() - 1_000;
    await broker.produce({ topic, partition: 0, records: recordsOf(['x'], 'PÉR'), headers, timestampMs });
    await broker.produce({ topic, partition: 0, records: recordsOf(['y', ''], null), headers: {} });
    const [x, y, empty] = await readRecords(broker, { topics: [{ topic, start: 'earliest' }] }, 3);
    assert.deepEqual(x, { partition: 0, offset: 0, timestampMs, key: 'PÉR', value: 'x', headers });
    assert.equal(y?.key, null);
    assert.deepEqual(y?.headers, {});
    assert.ok(Math.abs((y?.timestampMs ?? 0) - Date.now()) < 60_000);
    assert.equal(empty?.value, '');
  });

  test('consume shares one headers object between records with equal headers', async () => {
    const { broker } = target();
    const topic = await createTopic();
    await broker.produce({
      topic,
      partition: 0,
      records: recordsOf(numbered(20)),
      headers: { run: 'r', v: '1' },
    });
    const objects = new Set<object>();
    await readRecords(broker, { topics: [{ topic, start: 'earliest' }] }, 20, ({ records }) => {
      for (const { headers } of records) objects.add(headers);
    });
    assert.equal(objects.size, 1);
  });

  test('consume starts: earliest, tail, sinceMs and offsets begin at the right record', async () => {
    const { broker } = target();
    const topic = await createTopic(2);
    const t = Date.now() - 50_000;
    for (let index = 0; index < 5; index++) {
      const timestampMs = t + index * 1_000;
      for (const partition of [0, 1]) {
        const records = recordsOf([`p${partition}-${index}a`, `p${partition}-${index}b`]);
        await broker.produce({ topic, partition, records, headers: {}, timestampMs });
      }
    }
    const values = async (
      start: ConsumeRequest['topics'][number]['start'],
      count: number,
    ): Promise<string[]> => {
      const seen = await readRecords(broker, { topics: [{ topic, start }] }, count);
      return seen.map(({ value }) => value ?? '').sort();
    };
    const all = [0, 1].flatMap((p) => numbered(5, '').flatMap((i) => [`p${p}-${i}a`, `p${p}-${i}b`]));
    assert.deepEqual(await values('earliest', 20), all);
    assert.deepEqual(
      await values({ tail: 3 }, 6),
      all.filter((value) => /-3b|-4/.test(value)),
    );
    assert.deepEqual(await values({ tail: 1_000 }, 20), all);
    assert.deepEqual(
      await values({ sinceMs: t + 2_500 }, 8),
      all.filter((value) => /-[34]/.test(value)),
    );
    assert.deepEqual(await values({ sinceMs: 0 }, 20), all);
    const offsets = new Map([[0, 8]]);
    assert.deepEqual(
      await values({ offsets }, 12),
      all.filter((value) => /p0-4|p1/.test(value)),
    );
  });

  test('consume start latest and a sinceMs after the end give only what comes later', async () => {
    const { broker } = target();
    const topic = await createTopic();
    await broker.produce({
      topic,
      partition: 0,
      records: recordsOf(['old']),
      headers: {},
      timestampMs: Date.now() - 60_000,
    });
    for (const start of ['latest', { sinceMs: Date.now() - 5_000 }, { tail: 0 }] as const) {
      const abort = new AbortController();
      const first = readFirst(broker.consume({ topics: [{ topic, start }], signal: abort.signal }));
      await new Promise((resolve) => setTimeout(resolve, 300));
      const stamp = Date.now();
      await broker.produce({
        topic,
        partition: 0,
        records: recordsOf([`new-${stamp}`]),
        headers: {},
        timestampMs: Date.now() - 60_000,
      });
      assert.equal(await first, `new-${stamp}`);
      abort.abort();
    }
  });

  test('RecordBatch.endOffset gives the lag of the reader', async () => {
    const { broker } = target();
    const topic = await createTopic();
    await broker.produce({ topic, partition: 0, records: recordsOf(numbered(10)), headers: {} });
    let lag = -1;
    await readRecords(broker, { topics: [{ topic, start: 'earliest' }] }, 10, ({ endOffset, records }) => {
      lag = endOffset - (records.at(-1)?.offset ?? 0) - 1;
    });
    assert.equal(lag, 0);
  });

  test('E4: two readers without a group read every record of every partition each', async () => {
    const { broker } = target();
    const topic = await createTopic(3);
    const other = await target().connect();
    try {
      const both = [broker, other].map((one) =>
        readRecords(one, { topics: [{ topic, start: 'earliest' }] }, 60),
      );
      for (const partition of [0, 1, 2]) {
        await broker.produce({
          topic,
          partition,
          records: recordsOf(numbered(20, `p${partition}-`)),
          headers: {},
        });
      }
      for (const seen of await Promise.all(both)) {
        assert.equal(new Set(seen.map(({ value }) => value)).size, 60);
        assert.equal(seen.length, 60);
      }
    } finally {
      await other.close();
    }
  });

  test('consume with a group: members share the partitions, each record goes to one of them', async () => {
    const { broker } = target();
    const topic = await createTopic(4);
    const other = await target().connect();
    const group = `${topic}-group`;
    const abort = new AbortController();
    const partitions = [new Set<number>(), new Set<number>()];
    const start = 'earliest' as const;
    const seen = new Map<string, number>();
    const members = [broker, other].map(async (one, index) => {
      for await (const batch of one.consume({ topics: [{ topic, start }], group, signal: abort.signal })) {
        partitions[index]!.add(batch.partition);
        for (const { value } of batch.records) {
          const text = Buffer.from(value ?? '').toString();
          seen.set(text, (seen.get(text) ?? 0) + 1);
        }
        const offsets = [
          { topic, partition: batch.partition, offset: (batch.records.at(-1)?.offset ?? -1) + 1 },
        ];
        await one.commit(group, offsets).catch(() => undefined);
      }
    });
    let round = 0;
    const until = Date.now() + 25_000;
    while (Date.now() < until && partitions.some((set) => set.size === 0)) {
      for (const partition of [0, 1, 2, 3]) {
        await broker.produce({
          topic,
          partition,
          records: recordsOf([`${round}-${partition}`]),
          headers: {},
        });
      }
      round += 1;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const isComplete = (): boolean => seen.size === round * 4;
    while (Date.now() < until && !isComplete()) await new Promise((resolve) => setTimeout(resolve, 50));
    abort.abort();
    await Promise.all(members);
    await other.close();
    assert.ok(
      partitions.every((set) => set.size > 0),
      'both members got partitions',
    );
    assert.equal(seen.size, round * 4);
  });

  test('commit: a new member of the group goes on at the committed offset, lag is told', async () => {
    const { broker } = target();
    const topic = await createTopic();
    const group = `${topic}-group`;
    await broker.produce({ topic, partition: 0, records: recordsOf(numbered(10)), headers: {} });
    const request = { topics: [{ topic, start: 'earliest' as const }], group };
    const first = await readRecords(broker, request, 10, async () => {
      await broker.commit(group, [{ topic, partition: 0, offset: 7 }]);
    });
    assert.deepEqual(
      first.map(({ value }) => value),
      numbered(10),
    );
    const described = await broker.describe({ topics: [topic], groups: [group] });
    assert.deepEqual(described.groups[0]?.offsets, [{ topic, partition: 0, committed: 7, lag: 3 }]);
    const again = await readRecords(broker, request, 3);
    assert.deepEqual(
      again.map(({ value }) => value),
      numbered(10).slice(7),
    );
  });

  test('commit: the last offsets may be committed right after the reading ended', async () => {
    const { broker } = target();
    const topic = await createTopic();
    const group = `${topic}-group`;
    await broker.produce({ topic, partition: 0, records: recordsOf(numbered(10)), headers: {} });
    const request = { topics: [{ topic, start: 'earliest' as const }], group };
    await readRecords(broker, request, 10);
    await broker.commit(group, [{ topic, partition: 0, offset: 10 }]);
    const { groups } = await broker.describe({ topics: [topic], groups: [group] });
    assert.deepEqual(groups[0]?.offsets, [{ topic, partition: 0, committed: 10, lag: 0 }]);
    const never = broker.commit(`${topic}-stranger`, [{ topic, partition: 0, offset: 1 }]);
    await assert.rejects(never, { code: 'F1_KAFKA_REFUSED' });
  });

  test('E18: consume of a topic that is created later starts at its first record', async () => {
    const { broker } = target();
    const topic = freshTopic();
    const abort = new AbortController();
    const first = readFirst(broker.consume({ topics: [{ topic, start: 'latest' }], signal: abort.signal }));
    await new Promise((resolve) => setTimeout(resolve, 200));
    await broker.createTopics([specOf(topic, 1)]);
    await broker.produce({ topic, partition: 0, records: recordsOf(['first']), headers: {} });
    assert.equal(await first, 'first');
    abort.abort();
  });

  test('consume ends when the signal is aborted, before and while it waits', async () => {
    const { broker } = target();
    const topic = await createTopic();
    const aborted = AbortSignal.abort();
    for await (const batch of broker.consume({ topics: [{ topic, start: 'earliest' }], signal: aborted })) {
      assert.fail(`got a batch of ${batch.topic} after the abort`);
    }
    const abort = new AbortController();
    const reading = readFirst(
      broker.consume({ topics: [{ topic, start: 'earliest' }], signal: abort.signal }),
    );
    setTimeout(() => abort.abort(), 50);
    assert.equal(await reading, null);
  });

  test('E6: an exception in the reader ends its loop alone; the broker and other readers go on', async () => {
    const { broker } = target();
    const topic = await createTopic();
    await broker.produce({ topic, partition: 0, records: recordsOf(numbered(8)), headers: {} });
    const failing = readRecords(broker, { topics: [{ topic, start: 'earliest' }] }, 8, () => {
      throw new Error('reader failed');
    });
    await assert.rejects(failing, /reader failed/);
    const seen = await readRecords(broker, { topics: [{ topic, start: 'earliest' }] }, 8);
    assert.equal(seen.length, 8);
  });

  test('E22: close ends readers within 3 s; calls after it are refused with F1_KAFKA_CLOSED', async () => {
    const topic = await createTopic();
    const other = await target().connect();
    const never = new AbortController();
    const reading = readFirst(other.consume({ topics: [{ topic, start: 'latest' }], signal: never.signal }));
    await new Promise((resolve) => setTimeout(resolve, 100));
    const startMs = performance.now();
    await other.close();
    assert.ok(performance.now() - startMs < 3_000);
    assert.equal(await reading, null);
    const produce = other.produce({ topic, partition: 0, records: recordsOf(['x']), headers: {} });
    await assert.rejects(produce, (error) => error instanceof F1Error && error.code === 'F1_KAFKA_CLOSED');
    await other.close();
  });
}
