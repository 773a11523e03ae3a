export { createEmbeddedBroker } from './embedded/embedded-broker.ts';
export type { EmbeddedBroker, EmbeddedBrokerOptions, EmbeddedStats } from './embedded/embedded-broker.ts';
export { remoteBroker } from './remote/remote-broker.ts';
export { serveBroker } from './remote/serve-broker.ts';
export { severityPartitionOf, topicNames, topicSpecs } from './topics.ts';
export { checkAdvertised, connectKafka } from './client/connect-kafka.ts';
export type { KafkaOptions, KafkaStats } from './client/connect-kafka.ts';
export { securityOptions } from './client/security.ts';
export type { KafkaSecurity } from './client/security.ts';
