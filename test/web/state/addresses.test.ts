import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressesFor } from '../../../web/state/addresses.ts';

test('A1: every address follows from where the page came from', () => {
  const cases = [
    ['http://localhost:5001/app/', 'ws://localhost:5001/ws', 'http://localhost:5001/sessions'],
    [
      'http://192.168.1.20:5001/app/index.html?x=1#y',
      'ws://192.168.1.20:5001/ws',
      'http://192.168.1.20:5001/sessions',
    ],
    [
      'https://pit.example.org/f1/live/app/',
      'wss://pit.example.org/f1/live/ws',
      'https://pit.example.org/f1/live/sessions',
    ],
    ['http://[::1]:5001/app/', 'ws://[::1]:5001/ws', 'http://[::1]:5001/sessions'],
  ] as const;
  for (const [page, socket, sessions] of cases) {
    const addresses = addressesFor(page);
    assert.equal(addresses.socket, socket);
    assert.equal(addresses.route('sessions'), sessions);
  }
});
