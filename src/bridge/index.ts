export { buildApp, routes } from './http/app.ts';
export type { AppContext, SessionChoice } from './http/app-context.ts';
export { requireFreePort } from './http/bridge-port.ts';
export { createBridge } from './bridge.ts';
export type { Bridge, BridgeOptions, BridgeStats } from './bridge.ts';
export { createLateBroker } from './ingest/late-broker.ts';
export type { ExtraMetric } from './metrics/bridge-metrics.ts';
