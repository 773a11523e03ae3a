import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import type { Notice } from './table.ts';

const compress = promisify(gzip);

/** An answer that several callers may get. */
export interface SharedAnswer {
  readonly body: Buffer;
  readonly notices: readonly Notice[];
  /** Compressed once for all callers, beside the event loop. */
  gzip(): Promise<Buffer>;
}

/** Answers that callers who ask the same at the same time share. */
export interface AnswerCache {
  readonly hits: number;
  readonly misses: number;
  readonly bytes: number;
  /** The answer held under a key until `untilMs`, or the one that `make` gives: made once, also for callers that wait. */
  get(
    key: string,
    nowMs: number,
    untilMs: number,
    make: () => Promise<{ body: Buffer; notices: readonly Notice[] }>,
  ): Promise<SharedAnswer>;
}

const maxAnswers = 128;
const maxBytes = 16_000_000;

interface Held {
  readonly untilMs: number;
  readonly answer: Promise<SharedAnswer>;
  bytes: number;
}

/** An empty cache of at most 128 answers and 16 MB; the oldest go first. */
export function createAnswerCache(): AnswerCache {
  const held = new Map<string, Held>();
  let hits = 0;
  let misses = 0;
  let bytes = 0;

  const remove = (key: string, entry: Held): void => {
    if (held.get(key) !== entry) return;
    held.delete(key);
    bytes -= entry.bytes;
  };
  const makeRoom = (nowMs: number): void => {
    for (const [key, entry] of held) {
      if (entry.untilMs > nowMs && held.size <= maxAnswers && bytes <= maxBytes) continue;
      remove(key, entry);
    }
  };

  const weigh = async (key: string, entry: Held, nowMs: number): Promise<void> => {
    try {
      const { body } = await entry.answer;
      if (held.get(key) !== entry) return;
      entry.bytes = body.length;
      bytes += body.length;
      makeRoom(nowMs);
    } catch {
      remove(key, entry); // the caller has the error; whoever asks next tries again
    }
  };

  return {
    get hits() {
      return hits;
    },
    get misses() {
      return misses;
    },
    get bytes() {
      return bytes;
    },
    get(key, nowMs, untilMs, make) {
      const known = held.get(key);
      if (known !== undefined && known.untilMs > nowMs) {
        hits++;
        return known.answer;
      }
      misses++;
      if (known !== undefined) remove(key, known);
      const answer = make().then(shared);
      const entry: Held = { untilMs, answer, bytes: 0 };
      held.set(key, entry);
      void weigh(key, entry, nowMs);
      return answer;
    },
  };
}

/** Most answers are compressed in one step of the thread pool instead of several. */
const gzipChunkBytes = 64 * 1024;

function shared({ body, notices }: { body: Buffer; notices: readonly Notice[] }): SharedAnswer {
  let compressed: Promise<Buffer> | null = null;
  return {
    body,
    notices,
    gzip: () => (compressed ??= compress(body, { level: constants.Z_BEST_SPEED, chunkSize: gzipChunkBytes })),
  };
}
