export { resolveSession, configuredSpec } from './resolve-session.ts';
export type { ResolveOptions } from './resolve-options.ts';
export { readSession, type ReadSessionOptions } from './read-session.ts';
export { listSessions, type ListOptions, type SessionListing } from './list-sessions.ts';
export { probeArchive, type ArchiveProbe } from './probe-archive.ts';
export { probeCache } from './archive/cache-folder.ts';
export type { SessionRef } from './session-ref.ts';
export {
  simulatedLaps,
  writeSimulatedRace,
  type SimulateOptions,
  type SimulatedRaceInfo,
} from './simulate/index.ts';
export { cacheKinds, clearCache, listCache, type CacheEntry, type CacheKind } from './cache-inventory.ts';
export { listSeason, type SeasonListing } from './list-season.ts';
