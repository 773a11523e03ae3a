import type { ReplayCommandName } from '../../src/domain/messages.ts';
import type { Addresses } from './addresses.ts';
import { isRecord, readText } from './messages.ts';

/** What a refused or failed request says. */
export interface ApiProblem {
  readonly error: string;
  readonly code: string;
  readonly hint: string;
  /** HTTP status, 0 when there was no answer. */
  readonly status: number;
}

export type CommandResult =
  | { readonly commandId: string; readonly problem: null }
  | { readonly commandId: null; readonly problem: ApiProblem };

/** A session as `GET /sessions` lists it. */
export interface SessionChoice {
  /** What the command `load` takes. */
  readonly source: string;
  readonly title: string;
  /** Where it is: cached, local, configured, simulated … */
  readonly kind: string;
  /** What is special about it: '' for nothing. */
  readonly note: string;
}

/** Sends one replay command; never rejects. */
export async function postCommand(
  addresses: Addresses,
  command: ReplayCommandName,
  value: unknown,
  token: string | null,
): Promise<CommandResult> {
  const { problem, body } = await request(addresses.route('replay'), {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(value === undefined ? { command } : { command, value }),
  });
  if (problem !== null) return { commandId: null, problem };
  return { commandId: isRecord(body) ? readText(body['command_id']) : '', problem: null };
}

/** Sessions that can be opened; never rejects. */
export async function fetchSessions(
  addresses: Addresses,
): Promise<{ sessions: SessionChoice[]; problem: ApiProblem | null }> {
  const { problem, body } = await request(addresses.route('sessions'), { method: 'GET' });
  return { sessions: problem === null ? readSessions(body) : [], problem };
}

/** Reads the answer of `GET /sessions`; entries without a SESSION are left out. */
export function readSessions(body: unknown): SessionChoice[] {
  const list: unknown = isRecord(body) ? body['sessions'] : body;
  if (!Array.isArray(list)) return [];
  const choices: SessionChoice[] = [];
  for (const item of list as unknown[]) {
    if (!isRecord(item)) continue;
    const source = readText(item['spec']);
    if (source === '') continue;
    choices.push({
      source,
      title: readText(item['title']) || source,
      kind: readText(item['origin']),
      note: readText(item['note']),
    });
  }
  return choices;
}

async function request(
  url: string,
  init: RequestInit,
): Promise<{ problem: ApiProblem | null; body: unknown }> {
  try {
    const response = await fetch(url, { ...init, cache: 'no-store', signal: AbortSignal.timeout(5_000) });
    const body: unknown = await response.json().catch(() => null);
    if (response.ok) return { problem: null, body };
    const said = isRecord(body) ? body : {};
    return {
      body,
      problem: {
        error: readText(said['error']) || `${url} answered ${response.status}`,
        code: readText(said['code']) || `HTTP_${response.status}`,
        hint: readText(said['hint']),
        status: response.status,
      },
    };
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return {
      body: null,
      problem: {
        error: `${url} did not answer: ${text}`,
        code: 'NO_ANSWER',
        hint: 'Is the bridge running?',
        status: 0,
      },
    };
  }
}
