import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { readFileSync } from 'node:fs';
import { defaultConfig } from '../../src/config/defaults.ts';
import { loadConfig, type LoadConfigOptions } from '../../src/config/index.ts';
import { F1Error } from '../../src/domain/errors.ts';
import { tempDir } from '../support/temp-dir.ts';

const shipped = resolve(import.meta.dirname, '../../config/config.yaml');

function load(options: Partial<LoadConfigOptions> = {}): ReturnType<typeof loadConfig> {
  return loadConfig({ file: null, overlayFile: null, environment: {}, sets: [], ...options });
}

function failure(action: () => unknown): F1Error {
  try {
    action();
  } catch (error) {
    assert.ok(error instanceof F1Error);
    return error;
  }
  throw new assert.AssertionError({ message: 'expected an F1Error' });
}

test('config.yaml holds exactly the built-in defaults and is valid', () => {
  assert.deepEqual(parse(readFileSync(shipped, 'utf8')), defaultConfig);
  assert.deepEqual(load({ file: shipped }).config, defaultConfig);
});

test('config.yaml explains every section in place', () => {
  const lines = readFileSync(shipped, 'utf8').split('\n');
  for (const section of Object.keys(defaultConfig)) {
    const at = lines.findIndex((line) => line.startsWith(`${section}:`));
    assert.ok(at >= 0, `${section} is missing`);
  }
  assert.ok(
    lines.some((line) => line.includes('0.0.0.0')),
    'bridge_host explains 0.0.0.0',
  );
});

test('loadConfig() later origins win: file, overlay, environment, --set', (t) => {
  const dir = tempDir(t);
  const file = join(dir, 'config.yaml');
  const overlay = join(dir, 'grafana_bridge_config.yaml');
  writeFileSync(file, 'kafka: {partitions: {telemetry: 5}}\ngrafana: {bridge_port: 6000}\n');
  writeFileSync(overlay, 'grafana: {bridge_port: 6001}\nbridge: {buffer_points: 500}\n');
  const all = load({
    file,
    overlayFile: overlay,
    environment: { SLIPSTREAM_GRAFANA__BRIDGE_PORT: '6002', SLIPSTREAM_SHARED_DATA: '/x' },
    sets: ['grafana.bridge_port=6003'],
  });
  assert.equal(all.config.kafka.partitions.telemetry, 5);
  assert.equal(all.config.bridge.buffer_points, 500);
  assert.equal(all.config.grafana.bridge_port, 6003);
  const origin = (path: string): string | undefined =>
    all.entries.find((entry) => entry.path === path)?.origin;
  assert.equal(origin('grafana.bridge_port'), '--set');
  assert.equal(origin('bridge.buffer_points'), overlay);
  assert.equal(origin('kafka.partitions.telemetry'), file);
  assert.equal(origin('kafka.client_id'), 'default');
});

test('loadConfig() reads lists and text from the environment and --set', () => {
  const { config } = load({
    environment: { SLIPSTREAM_RACE__DRIVERS: '[VER, HAM]' },
    sets: ['replay.speed=max', 'kafka.security.password=a: [b'],
  });
  assert.deepEqual(config.race.drivers, ['VER', 'HAM']);
  assert.equal(config.replay.speed, 'max');
  assert.equal(config.kafka.security.password, 'a: [b');
});

test('loadConfig() refuses an unknown key with path, value, origin and the nearest key', (t) => {
  const file = join(tempDir(t), 'config.yaml');
  writeFileSync(file, 'kafka: {partitions: {telemtry: 8}}\n');
  const error = failure(() => load({ file }));
  assert.equal(error.code, 'F1_CONFIG_INVALID');
  assert.equal(error.exitCode, 2);
  assert.match(
    error.message,
    /kafka\.partitions\.telemtry is not a configuration key: current value is 8 \(.*config\.yaml\)/,
  );
  assert.match(error.hint, /kafka\.partitions\.telemetry/);
  assert.match(
    failure(() => load({ sets: ['kafka.partition.telemetry=8'] })).hint,
    /kafka\.partitions\.telemetry/,
  );
  assert.match(
    failure(() => load({ environment: { SLIPSTREAM_GRAFANA__BRIDGEPORT: '1' } })).hint,
    /grafana\.bridge_port/,
  );
});

test('loadConfig() refuses a wrong value with path, value and what is allowed', () => {
  const error = failure(() => load({ sets: ['kafka.partitions.telemetry=0', 'replay.mode=fast'] }));
  assert.match(error.message, /kafka\.partitions\.telemetry .*>=1.*current value is 0 \(--set\)/);
  assert.match(error.message, /replay\.mode .*"lossless"\|"live".*current value is "fast"/);
});

test('loadConfig() names --set as the origin of a section that it replaced by a value', () => {
  assert.match(
    failure(() => load({ file: shipped, sets: ['kafka=3'] })).message,
    /kafka .*current value is 3 \(--set\)/,
  );
});

test('loadConfig() never prints a secret', () => {
  const error = failure(() => load({ sets: ['bridge.control_token=abc'] }));
  assert.match(error.message, /bridge\.control_token/);
  assert.doesNotMatch(error.message, /abc/);
});

test('loadConfig() refuses other sections in the bridge overlay', (t) => {
  const overlayFile = join(tempDir(t), 'grafana_bridge_config.yaml');
  writeFileSync(overlayFile, 'kafka: {client_id: x}\n');
  assert.match(
    failure(() => load({ overlayFile })).message,
    /kafka cannot be set in .*only the sections grafana and bridge/,
  );
});

test('loadConfig() names file and line of broken YAML, and a missing file', (t) => {
  const file = join(tempDir(t), 'config.yaml');
  writeFileSync(file, 'race: {year: 2023\nkafka: [');
  assert.equal(failure(() => load({ file })).code, 'F1_CONFIG_UNREADABLE');
  assert.match(failure(() => load({ file: `${file}.none` })).message, /Cannot read .*none: ENOENT/);
});

test('loadConfig() refuses YAML whose alias holds itself, without a stack', (t) => {
  const file = join(tempDir(t), 'config.yaml');
  writeFileSync(file, 'race: &race [*race]\n');
  assert.equal(failure(() => load({ file })).code, 'F1_CONFIG_UNREADABLE');
});

test('loadConfig() treats an empty file as no file and refuses a list', (t) => {
  const file = join(tempDir(t), 'config.yaml');
  writeFileSync(file, '# nothing\n');
  assert.deepEqual(load({ file }).config, defaultConfig);
  writeFileSync(file, '- a\n');
  assert.equal(failure(() => load({ file })).code, 'F1_CONFIG_UNREADABLE');
});

test('loadConfig() cannot reach a prototype through a key', (t) => {
  const file = join(tempDir(t), 'config.yaml');
  writeFileSync(file, '__proto__: {polluted: true}\n');
  assert.throws(() => load({ file }));
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
  assert.throws(() => load({ sets: ['__proto__.polluted=true'] }));
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
});
