import type { ReplayState } from '../../../src/domain/messages.ts';
import type { Program } from './program.ts';
import { until } from './until.ts';

export interface BridgeClient {
  readonly url: string;
  get(path: string): Promise<{ status: number; body: Json }>;
  post(path: string, body: unknown): Promise<{ status: number; body: Json }>;
  /** Sends a command and waits until the replay says that it was the last one it obeyed. */
  command(command: string, value?: unknown): Promise<ReplayState>;
  /** Waits for a state of the replay. */
  state(what: string, is: (state: ReplayState) => boolean): Promise<ReplayState>;
}

// oxlint-disable-next-line typescript/no-explicit-any -- answers are looked at field by field, a wrong field fails the test
export type Json = any;

/** A client of the bridge whose address the program has printed. */
export async function bridgeOf(program: Program): Promise<BridgeClient> {
  const [, url] = await program.waitFor(/(?:API|Page|Bridge): (http:\/\/[^\s,;]*?)(?:\/app)?\/?(?=[\s,;])/u);
  return bridgeAt(url!);
}

export function bridgeAt(url: string): BridgeClient {
  const ask = async (path: string, init?: RequestInit): Promise<{ status: number; body: Json }> => {
    const response = await fetch(url + path, init);
    const text = await response.text();
    return {
      status: response.status,
      body: response.headers.get('content-type')?.includes('json') === true ? JSON.parse(text) : text,
    };
  };
  const post = (path: string, body: unknown) =>
    ask(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const state = (what: string, is: (state: ReplayState) => boolean) =>
    until(what, async () => {
      const { status, body } = await ask('/replay');
      return status === 200 && body !== null && is(body as ReplayState) ? (body as ReplayState) : null;
    });
  return {
    url,
    get: (path) => ask(path),
    post,
    state,
    async command(command, value) {
      const { status, body } = await post('/replay', { command, value });
      if (status !== 202) throw new Error(`${command} was refused: ${status} ${JSON.stringify(body)}`);
      return state(`the command ${command}`, ({ last_command_id: id }) => id === body.command_id);
    },
  };
}
