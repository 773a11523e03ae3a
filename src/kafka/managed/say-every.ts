/** Calls `say` every `everyMs` until the function it returns is called; does not keep the process alive. */
export function sayEvery(everyMs: number, say: () => void): () => void {
  const timer = setInterval(say, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}
