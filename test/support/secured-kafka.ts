import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { noLog } from '../../src/domain/log.ts';
import { connectKafka } from '../../src/kafka/index.ts';
import { installKafka, requireJava } from '../../src/kafka/managed/index.ts';

const run = promisify(execFile);

/** User that the SASL listener knows; it has no rights on anything. */
export const saslUser = { username: 'replay', password: 'correct-horse' } as const;

export interface SecuredKafka {
  /** No security; whoever comes in here may do everything. */
  readonly plain: string;
  /** SASL_PLAINTEXT with PLAIN and SCRAM-SHA-512. */
  readonly sasl: string;
  /** TLS with a certificate of an authority of its own. */
  readonly tls: string;
  /** PEM file of that authority. */
  readonly caFile: string;
}

/** A real broker with a plain, a SASL and a TLS listener and access control, in a temporary folder. */
export async function startSecuredKafka(t: {
  after(clean: () => Promise<void>): void;
}): Promise<SecuredKafka> {
  const dir = mkdtempSync(join(tmpdir(), 'slipstream-secured-'));
  t.after(async () => rmSync(dir, { recursive: true, force: true }));
  const { signal } = new AbortController();
  const { path: java } = await requireJava(process.env, signal);
  const { libs } = await installKafka({ dir, log: noLog, signal });
  const [plain, sasl, tls, controller] = await freePorts(4);
  const keyStore = join(dir, 'broker.p12');
  const caFile = join(dir, 'authority.pem');
  const keytool = java.replace(/java$/, 'keytool');
  const store = ['-alias', 'broker', '-keystore', keyStore, '-storetype', 'PKCS12', '-storepass', 'changeit'];
  const names = ['-dname', 'CN=localhost', '-ext', 'SAN=dns:localhost,ip:127.0.0.1'];
  await run(keytool, ['-genkeypair', '-keyalg', 'EC', '-validity', '2', ...names, ...store]);
  await run(keytool, ['-exportcert', '-rfc', '-file', caFile, ...store]);
  const properties = join(dir, 'server.properties');
  const login = 'org.apache.kafka.common.security';
  writeFileSync(
    properties,
    `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${controller}
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://127.0.0.1:${plain},SASL://127.0.0.1:${sasl},TLS://127.0.0.1:${tls},CONTROLLER://127.0.0.1:${controller}
advertised.listeners=PLAINTEXT://127.0.0.1:${plain},SASL://127.0.0.1:${sasl},TLS://127.0.0.1:${tls}
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SASL:SASL_PLAINTEXT,TLS:SSL
listener.name.sasl.sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-512
listener.name.sasl.plain.sasl.jaas.config=${login}.plain.PlainLoginModule required user_${saslUser.username}="${saslUser.password}";
listener.name.sasl.scram-sha-512.sasl.jaas.config=${login}.scram.ScramLoginModule required;
listener.name.tls.ssl.keystore.location=${keyStore}
listener.name.tls.ssl.keystore.password=changeit
listener.name.tls.ssl.keystore.type=PKCS12
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS;User:CN=localhost
log.dirs=${join(dir, 'data')}
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
group.initial.rebalance.delay.ms=0
log.cleaner.dedupe.buffer.size=16777216
auto.create.topics.enable=false
`,
  );
  writeFileSync(join(dir, 'log4j2.properties'), 'rootLogger.level = off\n');
  const base = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Xmx256m', '-cp', join(libs, '*')];
  const logging = `-Dlog4j2.configurationFile=${join(dir, 'log4j2.properties')}`;
  const scram = `SCRAM-SHA-512=[name=${saslUser.username},password=${saslUser.password}]`;
  const format = ['format', '-t', 'c2xpcHN0cmVhbS10ZXN0MQ', '-c', properties, '--add-scram', scram];
  await run(java, [logging, ...base, 'kafka.tools.StorageTool', ...format]);
  const broker = spawn(java, [logging, ...base, 'kafka.Kafka', properties], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => broker.once('exit', () => resolve()));
  t.after(async () => {
    broker.kill('SIGKILL');
    await ended;
  });
  await waitReady(`127.0.0.1:${plain}`);
  return { plain: `127.0.0.1:${plain}`, sasl: `127.0.0.1:${sasl}`, tls: `127.0.0.1:${tls}`, caFile };
}

async function waitReady(bootstrapServers: string): Promise<void> {
  const end = performance.now() + 60_000;
  for (;;) {
    try {
      const broker = await connectKafka({ bootstrapServers, clientId: 'ready-probe' });
      try {
        await broker.describe();
      } finally {
        await broker.close();
      }
      return;
    } catch (error) {
      if (performance.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      const { promise, resolve } = Promise.withResolvers<void>();
      server.listen(0, '127.0.0.1', resolve);
      await promise;
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
