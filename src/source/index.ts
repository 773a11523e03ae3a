export { resolveSession, configuredSpec } from './lookup/resolve-session.ts';
export type { ResolveOptions } from './lookup/resolve-options.ts';
export { readSession, type ReadSessionOptions } from './read-session.ts';
export { listSessions, type ListOptions, type SessionListing } from './lookup/list-sessions.ts';
export { probeArchive, type ArchiveProbe } from './lookup/probe-archive.ts';
export { probeCache } from './archive/cache-folder.ts';
export type { SessionRef } from './session-ref.ts';
export {
  simulatedLaps,
  writeSimulatedRace,
  type SimulateOptions,
  type SimulatedRaceInfo,
} from './simulate/index.ts';
export { cacheKinds, clearCache, listCache, type CacheEntry, type CacheKind } from './cache-inventory.ts';
export { listSeason, type SeasonListing } from './lookup/list-season.ts';
