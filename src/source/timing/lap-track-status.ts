import type { TrackStatusChange } from '../../domain/timing.ts';

/**
 * Status codes that held during a lap, in order of occurrence, each once (rule 7 of FastF1): a status touches a lap that
 * starts in it, ends in it or contains it, all ends inclusive; the last status every lap that ends after it began.
 */
export function trackStatusOf(
  { startMs, endMs }: { readonly startMs: number | null; readonly endMs: number | null },
  changes: readonly TrackStatusChange[],
): string {
  let codes = '';
  for (const [index, { sessionMs, status }] of changes.entries()) {
    const nextMs = changes[index + 1]?.sessionMs ?? null;
    const isIn = (ms: number | null): boolean =>
      ms !== null && sessionMs <= ms && (nextMs === null || ms <= nextMs);
    const touches =
      nextMs === null
        ? isIn(endMs)
        : isIn(endMs) ||
          isIn(startMs) ||
          (startMs !== null && endMs !== null && startMs <= sessionMs && nextMs <= endMs);
    if (touches && !codes.includes(status)) codes += status;
  }
  return codes;
}
