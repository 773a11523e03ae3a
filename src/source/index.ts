export { resolveSession, type ResolveOptions } from './resolve-session.ts';
export { readSession, type ReadSessionOptions } from './read-session.ts';
export type { SessionRef } from './session-ref.ts';
