import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ReplayState } from '../../../src/domain/messages.ts';
import { explainEmpty } from '../../../web/state/empty-reason.ts';
import type { EmptyFacts } from '../../../web/state/empty-reason.ts';

const replay = (changes: Partial<ReplayState> = {}): ReplayState =>
  ({
    status: 'playing',
    title: '2023 Monaco Grand Prix, Race',
    source: '2023/Monaco/R',
    reason: null,
    drivers: [],
    ...changes,
  }) as ReplayState;

const facts = (changes: Partial<EmptyFacts> = {}): EmptyFacts => ({
  connection: { phase: 'open', problem: null },
  replay: replay(),
  hasSnapshot: true,
  what: 'Traces',
  topics: ['CarData.z'],
  coverage: [],
  selected: ['VER'],
  drivers: [
    { code: 'VER', hasTelemetry: true },
    { code: 'SAR', hasTelemetry: false },
  ],
  hidden: 0,
  firstAt: null,
  ...changes,
});

test('A3: every empty view says which of the reasons it is', () => {
  const problem = {
    url: 'ws://pit:5001/ws',
    reason: 'The WebSocket upgrade was refused',
    hint: 'See bridge.allowed_origins',
  };
  const cases: [Partial<EmptyFacts>, string, RegExp][] = [
    [{ selected: [] }, 'not-selected', /Choose drivers/],
    [{ selected: ['ALB', 'TSU'] }, 'not-in-session', /ALB, TSU/],
    [{ firstAt: '15:03:21' }, 'not-yet', /15:03:21/],
    [{ replay: null }, 'no-replay', /replayed/],
    [{ replay: replay({ status: 'stopped' }) }, 'no-replay', /keeps its place/],
    [{ hidden: 12 }, 'filtered-out', /12 hidden/],
    [{ replay: replay({ drivers: ['HAM'] }) }, 'filtered-out', /Only HAM/],
    [
      { coverage: [{ topic: 'CarData.z', reason: 'The archive is not complete yet' }] },
      'incomplete',
      /not complete yet/,
    ],
    [{ selected: ['SAR'] }, 'incomplete', /SAR/],
    [{ drivers: [{ code: 'VER', hasTelemetry: false }] }, 'incomplete', /no car or position data/],
    [
      { replay: replay({ status: 'failed', reason: 'F1_SOURCE_NOT_FOUND: no such session' }) },
      'error',
      /F1_SOURCE_NOT_FOUND/,
    ],
    [{ replay: replay({ status: 'loading' }) }, 'loading', /Monaco/],
    [{ hasSnapshot: false }, 'loading', /on its way/],
    [{ hasSnapshot: false, connection: { phase: 'connecting', problem: null } }, 'connecting', /opening/],
    [
      { hasSnapshot: false, connection: { phase: 'waiting', problem } },
      'error',
      /ws:\/\/pit:5001\/ws.*refused.*allowed_origins/,
    ],
  ];
  for (const [changes, kind, text] of cases) {
    const reason = explainEmpty(facts(changes));
    assert.equal(reason.kind, kind, JSON.stringify(changes));
    assert.match(reason.text, text);
  }
});

test('A3: reasons offer the way out', () => {
  assert.equal(explainEmpty(facts({ replay: replay({ status: 'stopped' }) })).action, 'start');
  assert.equal(explainEmpty(facts({ replay: null })).action, 'choose-session');
  assert.equal(explainEmpty(facts({ hidden: 1 })).action, 'clear-filter');
  assert.equal(explainEmpty(facts({ selected: [] })).action, 'select-default');
  assert.equal(explainEmpty(facts({ replay: replay({ status: 'paused' }) })).action, 'start');
});
