export { applyResults } from './apply-results.ts';
export { readResults, type SessionResults } from './read-results.ts';
