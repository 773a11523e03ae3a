import { F1Error } from '../domain/errors.ts';

/** Refuses the embedded broker for a command that is a process of its own: it lives inside `slipstream start` only. */
export function refuseEmbedded(choice: string, command: string): void {
  if (choice !== 'embedded') return;
  throw new F1Error(
    'F1_USAGE',
    `Cannot run ${command} on the embedded broker: it lives inside the process of slipstream start`,
    {
      hint: 'Start a broker with slipstream kafka start, or name one with --broker HOST:PORT',
      exitCode: 2,
    },
  );
}
