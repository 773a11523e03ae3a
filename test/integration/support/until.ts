/** Resolves to the first value of `probe` that is not null; rejects after `withinMs` with what was waited for. */
export async function until<T>(
  what: string,
  probe: () => T | null | Promise<T | null>,
  withinMs = 60_000,
): Promise<T> {
  const end = performance.now() + withinMs;
  for (;;) {
    const value = await probe();
    if (value !== null) return value;
    if (performance.now() > end) throw new Error(`Waited ${withinMs / 1000} s for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
