import { writeFileSync } from 'node:fs';
import { managedNodeId } from './data-folder.ts';
import type { ManagedPaths } from './paths.ts';

/** Retention of a partition that names none: 512 MiB. */
export const retentionBytes = 536_870_912;

export interface BrokerConfig {
  readonly port: number;
  readonly controllerPort: number;
  /** Listen on ::1 as well, so that either meaning of `localhost` answers. */
  readonly ipv6: boolean;
  readonly ioThreads: number;
}

/** Writes server.properties and the two logging configurations (log4j 2 for Kafka 4, log4j 1 for Kafka 3). */
export function writeBrokerConfig(paths: ManagedPaths, config: BrokerConfig): void {
  writeFileSync(paths.properties, serverProperties(paths, config));
  writeFileSync(paths.log4j2, log4j2Properties(paths));
  writeFileSync(paths.log4j1, log4j1Properties(paths));
}

/** Properties of one combined broker and controller, loopback only. */
export function serverProperties(
  paths: ManagedPaths,
  { port, controllerPort, ipv6, ioThreads }: BrokerConfig,
): string {
  const listeners = [`PLAINTEXT://127.0.0.1:${port}`, ...(ipv6 ? [`PLAINTEXT6://[::1]:${port}`] : [])].join(
    ',',
  );
  const protocols = [
    'CONTROLLER:PLAINTEXT',
    'PLAINTEXT:PLAINTEXT',
    ...(ipv6 ? ['PLAINTEXT6:PLAINTEXT'] : []),
  ].join(',');
  const properties: Readonly<Record<string, string | number>> = {
    'process.roles': 'broker,controller',
    'node.id': managedNodeId,
    'controller.quorum.voters': `${managedNodeId}@127.0.0.1:${controllerPort}`,
    'controller.listener.names': 'CONTROLLER',
    listeners: `${listeners},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': listeners,
    'inter.broker.listener.name': 'PLAINTEXT',
    'listener.security.protocol.map': protocols,
    'log.dirs': escapeValue(paths.data),
    // a killed broker registers again only when its old session has ended (9 s by default)
    'broker.session.timeout.ms': 1500,
    'broker.heartbeat.interval.ms': 300,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 1,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 1,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    'group.initial.rebalance.delay.ms': 0,
    'group.consumer.min.heartbeat.interval.ms': 500,
    'group.consumer.heartbeat.interval.ms': 1000,
    'num.network.threads': 2,
    'num.io.threads': ioThreads,
    'log.segment.bytes': 67_108_864,
    'log.retention.bytes': retentionBytes,
    // 128 MiB by default, too much for a small heap
    'log.cleaner.dedupe.buffer.size': 16_777_216,
    'auto.create.topics.enable': 'false',
  };
  const lines = Object.entries(properties).map(([key, value]) => `${key}=${value}`);
  return `# Written by slipstream at every start; changes are lost.\n${lines.join('\n')}\n`;
}

function log4j2Properties({ serverLog }: ManagedPaths): string {
  return `# Written by slipstream at every start; changes are lost.
status = error
appender.file.type = RollingFile
appender.file.name = file
appender.file.fileName = ${escapeValue(serverLog)}
appender.file.filePattern = ${escapeValue(serverLog)}.%i
appender.file.layout.type = PatternLayout
appender.file.layout.pattern = [%d] %p %m (%c)%n%ex
appender.file.policies.type = Policies
appender.file.policies.size.type = SizeBasedTriggeringPolicy
appender.file.policies.size.size = 10MB
appender.file.strategy.type = DefaultRolloverStrategy
appender.file.strategy.max = 5
rootLogger.level = info
rootLogger.appenderRef.file.ref = file
`;
}

function log4j1Properties({ serverLog }: ManagedPaths): string {
  return `# Written by slipstream at every start; changes are lost.
log4j.rootLogger=INFO, file
log4j.appender.file=org.apache.log4j.RollingFileAppender
log4j.appender.file.File=${escapeValue(serverLog)}
log4j.appender.file.MaxFileSize=10MB
log4j.appender.file.MaxBackupIndex=5
log4j.appender.file.layout=org.apache.log4j.PatternLayout
log4j.appender.file.layout.ConversionPattern=[%d] %p %m (%c)%n
`;
}

/** A path in a Java properties file: a backslash starts an escape there. */
function escapeValue(value: string): string {
  return value.replaceAll('\\', '\\\\');
}
