import type { Cleaner } from './program.ts';

/** What is registered last is undone first: processes end before their folder goes. */
export function inReverse(t: Cleaner): Cleaner {
  const steps: (() => void | Promise<void>)[] = [];
  t.after(async () => {
    const errors: unknown[] = [];
    for (const step of steps.toReversed()) {
      try {
        await step();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw new AggregateError(errors, 'Cannot clean up after a test');
  });
  return { after: (step) => void steps.push(step) };
}
