export { createDetector, createRules, type Detector } from './detector.ts';
export type { RowOrigin } from './alert.ts';
export type { Rule, RuleState } from './rule.ts';
