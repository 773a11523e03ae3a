export { createTimingReader } from './timing-reader.ts';
export type { TimingReader, TimingResult } from './timing-reader.ts';
export type { IdentityHint } from './session-info.ts';
export { mergeState } from './merge-state.ts';
