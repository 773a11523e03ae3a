import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { checkDeployment } from '../../scripts/check-deployment.ts';
import { defaultConfig } from '../../src/config/defaults.ts';

const root = resolve(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(resolve(root, file), 'utf8');

test('compose files, Dockerfile and provisioning: by schema, and every file that they name is there and readable', () => {
  assert.deepEqual(checkDeployment(), []);
});

test('F5: Grafana alone reaches a bridge on loopback on Linux, and the address of the bridge is said once', () => {
  const text = read('compose.grafana-only.yaml');
  assert.match(text, /network_mode: host/);
  const one = `\${SLIPSTREAM_BRIDGE:-127.0.0.1:${defaultConfig.grafana.bridge_port}}`;
  assert.ok(text.includes(`SLIPSTREAM_BRIDGE_URL: http://${one}\n`), 'Grafana');
  assert.ok(text.includes(`targets: ['${one}']`), 'Prometheus');
  // Docker Desktop: a Grafana with a network of its own brings its Prometheus.
  const desktop = one.replace('127.0.0.1', 'host.docker.internal');
  assert.ok(text.includes(`SLIPSTREAM_BRIDGE_URL: http://${desktop}\n`));
  assert.ok(text.includes(`targets: ['${desktop}']`));
  assert.match(text, /depends_on:\n +prometheus-desktop:/);
  assert.match(text, /SLIPSTREAM_PROMETHEUS_URL: http:\/\/prometheus-desktop:9090/);
  for (const file of ['kafka_bridge', 'kafka_bridge_simpod'])
    assert.match(read(`grafana/provisioning/datasources/${file}.yaml`), /url: \$\{SLIPSTREAM_BRIDGE_URL\}/);
});

test('F9: line ends stay LF in a checkout, whatever the system', () => {
  assert.match(read('.gitattributes'), /^\* text=auto eol=lf$/m);
  const files = execFileSync(
    'git',
    ['ls-files', '--eol', 'grafana/provisioning', 'grafana/dashboards', 'compose.yaml'],
    {
      cwd: root,
      encoding: 'utf8',
    },
  ).trim();
  assert.ok(files.length > 0);
  for (const line of files.split('\n')) assert.doesNotMatch(line, /^i\/(?:crlf|mixed)/, line);
});

test('F10: Kafka in a container keeps its data on a named volume at its log directory, with a fixed cluster id', () => {
  const text = read('compose.yaml');
  assert.match(text, /KAFKA_LOG_DIRS: (\S+)/);
  const [, folder = ''] = /KAFKA_LOG_DIRS: (\S+)/.exec(text) ?? [];
  assert.ok(text.includes(`kafka-data:${folder}`));
  const [, id = ''] = /CLUSTER_ID: (\S+)/.exec(text) ?? [];
  assert.equal(Buffer.from(id, 'base64url').length, 16, 'a Kafka uuid has 16 bytes');
});
