import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { F1Error } from '../../domain/errors.ts';
import type { OnProgress } from '../../domain/log.ts';
import type { MalformedLine } from '../../domain/raw-session.ts';
import { readLines } from '../decode/lines.ts';
import { parseFeedJson } from '../decode/json-text.ts';
import { createInstantGuard, type InstantGuard } from './instant-guard.ts';
import { createOrderWindow } from './order-window.ts';
import {
  isSnapshot,
  isUpdate,
  readRecordedLine,
  snapshotMessages,
  updateMessages,
  type RecordingShape,
} from './recorded-message.ts';
import { gunzipTo, isGzip, readStart } from './recording-text.ts';
import { createTopicWriter } from './topic-writer.ts';

/** What was found in a recording besides its messages. */
export interface RecordingNotes {
  readonly shape: RecordingShape;
  readonly lines: number;
  readonly messages: number;
  /** Lines that could not be read; the first 100 are in `malformed`. */
  readonly broken: number;
  readonly malformed: readonly MalformedLine[];
  readonly notes: readonly string[];
}

export interface UnpackOptions {
  readonly signal: AbortSignal;
  readonly onProgress?: OnProgress | undefined;
}

/** A whole JSON document is read at once up to this size. */
const maxDocumentBytes = 512 * 1024 * 1024;
const maxMalformedKept = 100;
/** Name under which broken lines are told. */
const recordingTopic = 'recording';

interface Counts {
  shape: RecordingShape | null;
  lines: number;
  messages: number;
  broken: number;
  readonly malformed: MalformedLine[];
}

/**
 * Turns a live recording of any shape into topic streams of the archive in `folder`: recognised by content, in order of
 * time, line by line. Rejects with F1_SOURCE_EMPTY for an empty file and F1_SOURCE_NOT_DATA for one that is no recording.
 * Memory: the messages of 3 s and 256 KiB a topic; a JSON document as a whole.
 */
export async function unpackRecording(
  path: string,
  folder: string,
  { signal, onProgress }: UnpackOptions,
): Promise<RecordingNotes> {
  const notes: string[] = [];
  const counts: Counts = { shape: null, lines: 0, messages: 0, broken: 0, malformed: [] };
  const writer = createTopicWriter(folder);
  const plain = join(folder, 'recording.tmp');
  try {
    let source = path;
    if (isGzip(await readStart(path, 2))) {
      const cut = await gunzipTo(path, plain, signal);
      if (cut !== null) notes.push(cut);
      source = plain;
    }
    const window = createOrderWindow((message, timeMs) => {
      counts.messages++;
      writer.write(message, timeMs);
    });
    const guard = createInstantGuard((message) => window.push(message));
    if (await isDocument(source)) await readDocument(source, guard, counts);
    else await readAllLines(source, guard, counts, signal, onProgress);
    guard.flush();
    window.flush();
    if (guard.replaced > 0)
      notes.push(
        `${guard.replaced} messages have a damaged time, more than 12 h from those around them: they take that of a neighbour`,
      );
    if (window.late > 0)
      notes.push(
        `${window.late} messages came more than 3 s after later ones: they keep their place in the file`,
      );
    notes.push(...writer.finish());
  } finally {
    writer.close();
    await rm(plain, { force: true });
  }
  if (counts.shape === null || counts.messages === 0) throw notARecording(path, counts);
  if (counts.broken > 0)
    notes.push(
      `${counts.broken} of ${counts.lines} lines of the recording cannot be read, first line ${counts.malformed[0]!.line}: ${counts.malformed[0]!.reason}`,
    );
  return { ...counts, shape: counts.shape, notes };
}

function notARecording(path: string, { lines, malformed }: Counts): F1Error {
  if (lines === 0)
    return new F1Error('F1_SOURCE_EMPTY', `Cannot open the recording ${path}: it is empty`, {
      hint: 'Name a recording of live timing, or a session folder',
      exitCode: 2,
    });
  const reason = malformed[0] === undefined ? '' : `; line ${malformed[0].line}: ${malformed[0].reason}`;
  return new F1Error(
    'F1_SOURCE_NOT_DATA',
    `Cannot open ${path}: none of its ${lines} lines is a message of live timing${reason}`,
    {
      hint: 'Known are FastF1 recorder text, SignalR frames, typed lines, merged streams, topic updates and state snapshots',
      exitCode: 2,
    },
  );
}

/** A document begins with a list of objects, or with an object whose first line does not close it. */
async function isDocument(path: string): Promise<boolean> {
  const start = (await readStart(path, 64 * 1024))
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trimStart();
  if (/^\[\s*\{/.test(start)) return true;
  if (!start.startsWith('{')) return false;
  const [first = ''] = start.split(/\r?\n/, 1);
  if (first.length === start.length) {
    // One long line: a frame is told by its first key, everything else is looked at as a whole.
    return !/^\{\s*"(?:C|R|M|H|A|type|Type|topic|stream)"/.test(first);
  }
  try {
    JSON.parse(first.split('\u001e', 1)[0]!);
    return false;
  } catch {
    return !/^\{\s*"(?:C|R|M|H|A|type|Type|topic|stream)"/.test(first);
  }
}

async function readDocument(path: string, guard: InstantGuard, counts: Counts): Promise<void> {
  const { size } = await stat(path);
  if (size > maxDocumentBytes)
    throw new F1Error(
      'F1_SOURCE_NOT_DATA',
      `Cannot open ${path}: a JSON document may have 512 MiB, it has ${size} bytes`,
      {
        hint: 'Write one message a line',
        exitCode: 2,
      },
    );
  counts.lines = 1;
  let value: unknown;
  try {
    value = parseFeedJson((await readFile(path, 'utf8')).replace(/^\uFEFF/, '')).value;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    note(counts, 1, `JSON is broken: ${error.message}`);
    return;
  }
  const entries: unknown[] = Array.isArray(value) ? value : [value];
  counts.lines = entries.length;
  for (const [index, entry] of entries.entries()) {
    if (isUpdate(entry)) {
      counts.shape ??= 'topic updates';
      for (const message of updateMessages(entry)) guard.push(message);
    } else if (isSnapshot(entry)) {
      counts.shape ??= 'state snapshot';
      for (const message of snapshotMessages(entry)) guard.push(message);
    } else note(counts, index + 1, 'The entry is neither topic updates nor a state of topics');
  }
}

async function readAllLines(
  path: string,
  guard: InstantGuard,
  counts: Counts,
  signal: AbortSignal,
  onProgress: OnProgress | undefined,
): Promise<void> {
  const { size } = await stat(path);
  await readLines(path, {
    signal,
    onLongLine: (line) => note(counts, line, 'The line is longer than 32 MiB'),
    onBytes: (done) =>
      onProgress?.({ stage: 'read', file: null, done, total: size, unit: 'bytes', etaSeconds: null }),
    onLine(bytes, start, end, line) {
      counts.lines++;
      const reading = readRecordedLine(bytes.toString('utf8', start, end));
      if (reading.kind === 'broken') note(counts, line, reading.reason);
      if (reading.kind !== 'messages') return;
      counts.shape ??= reading.shape;
      for (const message of reading.messages) guard.push(message);
    },
  });
}

function note(counts: Counts, line: number, reason: string): void {
  counts.broken++;
  if (counts.malformed.length < maxMalformedKept)
    counts.malformed.push({ topic: recordingTopic, line, reason, keyFrame: false });
}
