export { createEmbeddedBroker } from './embedded/embedded-broker.ts';
export type { EmbeddedBroker, EmbeddedBrokerOptions, EmbeddedStats } from './embedded/embedded-broker.ts';
export { remoteBroker } from './remote/remote-broker.ts';
export { serveBroker } from './remote/serve-broker.ts';
export { severityPartitionOf, topicNames, topicSpecs } from './topics.ts';
