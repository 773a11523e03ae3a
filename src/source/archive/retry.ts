import { setTimeout as delay } from 'node:timers/promises';

/** How often and how long a failed request is tried again. */
export interface RetryPolicy {
  /** Tries without progress before giving up, the first included. */
  readonly attempts: number;
  /** Wait before the second try; doubles with each further one. */
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
  /** A request that answers nothing for this long is broken off. */
  readonly stallMs: number;
  /** 0–1, spreads the waits. */
  readonly random: () => number;
}

/** Five attempts, from a quarter of a second to eight seconds apart. */
export const defaultRetry: RetryPolicy = {
  attempts: 5,
  baseDelayMs: 250,
  maxDelayMs: 8000,
  stallMs: 20_000,
  random: Math.random,
};

/** Longest wait that a `Retry-After` header is granted. */
const maxRetryAfterMs = 30_000;

/** Wait before try number `attempt` + 1 (1-based): doubling, bounded, between half and the whole of it by chance. */
export function retryDelayMs(policy: RetryPolicy, attempt: number): number {
  const whole = Math.min(policy.maxDelayMs, policy.baseDelayMs * 2 ** (attempt - 1));
  return whole * (0.5 + policy.random() / 2);
}

/** Wait that a `Retry-After` header asks for (seconds or a date), bounded; null without a readable one. */
export function retryAfterMs(header: string | null, nowMs: number): number | null {
  if (header === null) return null;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - nowMs;
  return Number.isNaN(ms) ? null : Math.min(maxRetryAfterMs, Math.max(0, ms));
}

/** Waits; rejects when the signal is aborted. */
export async function waitMs(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal });
}
