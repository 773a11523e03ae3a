import type { Broker } from '../domain/broker.ts';
import type { Log } from '../domain/log.ts';

/** A command record as read; what it says is not validated yet. */
export interface ReceivedCommand {
  readonly command: unknown;
  readonly value: unknown;
  readonly by: string;
  readonly commandId: string;
}

/** What another replay says of itself on the control topic, or this one of itself. */
export interface ReceivedState {
  readonly run: string;
  readonly title: string;
  readonly status: string;
}

/** Ids kept to know a command that is read a second time after the stream was rebuilt. */
const rememberedIds = 1000;

const decoder = new TextDecoder();

/**
 * Reads commands and states from the control topic, from its end on, until the signal is aborted. A record that is
 * neither is passed over; one command is never given twice.
 */
export async function readCommands(
  broker: Broker,
  topic: string,
  log: Log,
  signal: AbortSignal,
  onCommand: (command: ReceivedCommand) => void,
  onState: (state: ReceivedState) => void,
): Promise<void> {
  const seen = new Set<string>();
  for await (const batch of broker.consume({ topics: [{ topic, start: 'latest' }], signal })) {
    for (const record of batch.records) {
      if (record.value === null || record.key === null) continue;
      const key = decoder.decode(record.key);
      if (key === 'state') {
        const state = parseState(record.value);
        if (state !== null) onState(state);
      }
      if (key !== 'command') continue;
      const command = parseCommand(record.value);
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

/** Form of `createRunId`: ids of this form sort by time. */
const runIdPattern = /^\d{8}T\d{9}Z-[0-9a-f]{4}$/;

type Fields = Readonly<Record<string, unknown>>;

/** A JSON object with this `message_type`, or null. */
function parseMessage(bytes: Uint8Array, type: string): Fields | null {
  let value: unknown;
  try {
    value = JSON.parse(decoder.decode(bytes));
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const fields: Fields = { ...value };
  return fields['message_type'] === type ? fields : null;
}

function parseState(bytes: Uint8Array): ReceivedState | null {
  const fields = parseMessage(bytes, 'state');
  if (fields === null) return null;
  const { run, title, status } = fields;
  if (typeof run !== 'string' || typeof title !== 'string' || typeof status !== 'string') return null;
  if (!runIdPattern.test(run)) return null;
  return { run, title: title.slice(0, 200), status };
}

function parseCommand(bytes: Uint8Array): ReceivedCommand | null {
  const fields = parseMessage(bytes, 'command');
  if (fields === null) return null;
  const { command, value, by, command_id: id } = fields;
  if (typeof id !== 'string' || id === '') return null;
  return {
    command,
    value,
    by: typeof by === 'string' && by !== '' ? by.slice(0, 100) : 'unknown',
    commandId: id.slice(0, 100),
  };
}
