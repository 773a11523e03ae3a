export { configPath, loadConfig } from './load.ts';
export type { ConfigEntry, LoadConfigOptions, LoadedConfig } from './load.ts';
export { secret } from './explain.ts';
export { configSchema } from './schema.ts';
export type { Config } from './schema.ts';
