import type { Broker } from '../domain/broker.ts';
import type { Log } from '../domain/log.ts';

/** A command record as read; what it says is not validated yet. */
export interface ReceivedCommand {
  readonly command: unknown;
  readonly value: unknown;
  readonly by: string;
  readonly commandId: string;
}

/** Ids kept to know a command that is read a second time after the stream was rebuilt. */
const rememberedIds = 1000;

const decoder = new TextDecoder();

/**
 * Reads commands from the control topic, from its end on, until the signal is aborted. A record that is no command is
 * passed over; one command is never given twice.
 */
export async function readCommands(
  broker: Broker,
  topic: string,
  log: Log,
  signal: AbortSignal,
  onCommand: (command: ReceivedCommand) => void,
): Promise<void> {
  const seen = new Set<string>();
  for await (const batch of broker.consume({ topics: [{ topic, start: 'latest' }], signal })) {
    for (const record of batch.records) {
      if (record.value === null || record.key === null || decoder.decode(record.key) !== 'command') continue;
      const command = parse(record.value);
      if (command === null) {
        log.warn(`${topic} offset ${record.offset} is not a command and was passed over`);
        continue;
      }
      if (seen.has(command.commandId)) continue;
      seen.add(command.commandId);
      if (seen.size > rememberedIds) seen.delete(seen.values().next().value!);
      onCommand(command);
    }
  }
}

function parse(bytes: Uint8Array): ReceivedCommand | null {
  let value: unknown;
  try {
    value = JSON.parse(decoder.decode(bytes));
  } catch {
    return null;
  }
  if (
    typeof value !== 'object' ||
    value === null ||
    !('message_type' in value) ||
    value.message_type !== 'command'
  ) {
    return null;
  }
  const field = (name: string): unknown => Object.entries(value).find(([key]) => key === name)?.[1];
  const id = field('command_id');
  const by = field('by');
  if (typeof id !== 'string' || id === '') return null;
  return {
    command: field('command'),
    value: field('value'),
    by: typeof by === 'string' && by !== '' ? by.slice(0, 100) : 'unknown',
    commandId: id.slice(0, 100),
  };
}
