import assert from 'node:assert/strict';
import { hostname } from 'node:os';
import { test } from 'node:test';
import { createRequestGuard, isForwarded, isLoopback } from '../../../src/bridge/http/request-guard.ts';
import type { Caller } from '../../../src/bridge/http/request-guard.ts';

const token = 'correct-horse';
const options = { controlToken: token, allowedOrigins: ['https://pit.example.org'], bridgeHost: '127.0.0.1' };
const guard = createRequestGuard(options);

function caller(headers: Caller['headers'], remoteAddress = '127.0.0.1'): Caller {
  return { remoteAddress, headers: { host: 'localhost:5001', ...headers } };
}
const refused = { code: 'F1_BRIDGE_ORIGIN', status: 403 };

test('createRequestGuard: own names, addresses and allowed names pass as Host, others are a rebound name', () => {
  for (const host of [
    'localhost:5001',
    'LOCALHOST',
    '127.0.0.1:5001',
    '[::1]:5001',
    '192.168.1.20:5001',
    '[fe80::1]:5001',
    'pit.example.org',
    `${hostname()}:5001`,
  ]) {
    assert.doesNotThrow(() => guard.checkOrigin(caller({ host })), host);
  }
  for (const host of [
    'evil.example.com',
    'localhost.evil.com',
    '127.0.0.1.evil.com:5001',
    'evil.com:5001@localhost',
    'localhost:5001/x',
    '',
    '[::1',
  ]) {
    assert.throws(() => guard.checkOrigin(caller({ host })), refused, host);
  }
  assert.throws(() => guard.checkOrigin({ remoteAddress: '127.0.0.1', headers: {} }), refused);
});

test('createRequestGuard: a page elsewhere must not steer; the own page, listed origins and curl may', () => {
  for (const origin of [
    undefined,
    'http://localhost:5001',
    'https://pit.example.org',
    'HTTPS://PIT.EXAMPLE.ORG',
  ]) {
    const headers = origin === undefined ? {} : { origin };
    assert.doesNotThrow(() => guard.checkOrigin(caller(headers)), origin);
  }
  for (const origin of [
    'http://evil.example.com',
    'null',
    'http://localhost:3000',
    'http://localhost:5001.evil.com',
    'http://127.0.0.1:5001',
    'file://',
    'https://pit.example.org.evil.com',
    '',
  ]) {
    assert.throws(() => guard.checkOrigin(caller({ origin })), refused, origin);
  }
  // DNS rebinding: Origin and Host agree, but the name is not ours.
  const rebound = { host: 'evil.com:5001', origin: 'http://evil.com:5001' };
  assert.throws(() => guard.checkOrigin(caller(rebound)), refused);
  // A proxy that rewrites Host says which host the page was opened at.
  const proxied = {
    origin: 'https://f1.example.net',
    'x-forwarded-host': 'f1.example.net',
    host: '127.0.0.1:5001',
  };
  assert.doesNotThrow(() => guard.checkOrigin(caller(proxied)));
  assert.doesNotThrow(() => guard.checkOrigin(caller({ host: 'localhost:80', origin: 'http://localhost' })));
});

test('A5: steering from another address, or through a proxy, needs the token', () => {
  const needed = { code: 'F1_BRIDGE_TOKEN', status: 401 };
  assert.doesNotThrow(() => guard.checkToken(caller({}), null));
  for (const address of ['192.168.1.30', '10.0.0.1', '::ffff:192.168.1.30', '2001:db8::1', undefined]) {
    const one = { ...caller({}), remoteAddress: address };
    assert.throws(() => guard.checkToken(one, null), needed, address);
    assert.throws(() => guard.checkToken(one, 'wrong-horse'), needed);
    assert.throws(() => guard.checkToken(one, ''), needed);
    assert.doesNotThrow(() => guard.checkToken(one, token));
  }
  for (const name of [
    'forwarded',
    'x-forwarded-for',
    'x-forwarded-proto',
    'x-forwarded-anything',
    'via',
    'x-real-ip',
  ]) {
    const one = caller({ [name]: '127.0.0.1' });
    assert.throws(() => guard.checkToken(one, null), needed, name);
    assert.doesNotThrow(() => guard.checkToken(one, token));
  }
  const withoutToken = createRequestGuard({ ...options, controlToken: null });
  assert.throws(() => withoutToken.checkToken(caller({}, '10.0.0.1'), 'anything'), needed);
  assert.throws(() => withoutToken.checkToken(caller({}, '10.0.0.1'), ''), needed);
});

test('isLoopback, isForwarded: addresses and headers in every spelling', () => {
  for (const address of ['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1', '::FFFF:127.0.0.1'])
    assert.ok(isLoopback(address));
  for (const address of ['128.0.0.1', '::2', '127.evil', '', undefined]) assert.ok(!isLoopback(address));
  assert.ok(!isForwarded({ host: 'x', accept: '*/*' }));
});
