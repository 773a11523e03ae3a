/** A promise that others resolve: one waiter, any number of rings; a ring without a waiter is remembered. */
export class Bell {
  #isRung = false;
  #wake: (() => void) | null = null;

  ring(): void {
    this.#isRung = true;
    const wake = this.#wake;
    this.#wake = null;
    wake?.();
  }

  /** Resolves at the next ring, at once when it rang since the last wait, or after `timeoutMs`. */
  async wait(timeoutMs?: number): Promise<void> {
    if (!this.#isRung) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      const timer = timeoutMs === undefined ? undefined : setTimeout(resolve, timeoutMs);
      await promise;
      clearTimeout(timer);
      this.#wake = null;
    }
    this.#isRung = false;
  }
}
