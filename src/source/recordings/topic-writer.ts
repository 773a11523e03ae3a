import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { isObject } from '../decode/feed-columns.ts';
import { stampText } from '../decode/stamp.ts';
import { instantMs, type RecordedMessage } from './recorded-message.ts';

/** Writes messages as the topic streams of the archive. */
export interface TopicWriter {
  /** Takes messages in order of time. */
  write(message: RecordedMessage, timeMs: number | null): void;
  /** Writes what is still held; returns what is to be known, one sentence each. */
  finish(): string[];
  close(): void;
}

/** Bytes of a topic that are written at once. */
const chunkChars = 256 * 1024;

interface Stream {
  readonly file: number;
  held: string[];
  chars: number;
}

/**
 * Creates the streams in a folder, stamps counted from the first message. Of a recording that goes on into another session
 * only the first is kept. Memory: 256 KiB a topic.
 */
export function createTopicWriter(folder: string): TopicWriter {
  const streams = new Map<string, Stream>();
  let zeroMs: number | null = null;
  let sessionKey: unknown = null;
  let isOver = false;
  let leftOut = 0;
  let started: { stampMs: number; status: string }[] = [];
  const flush = (stream: Stream): void => {
    if (stream.chars === 0) return;
    writeSync(stream.file, stream.held.join(''));
    stream.held = [];
    stream.chars = 0;
  };
  const add = (topic: string, stampMs: number, data: unknown): void => {
    let stream = streams.get(topic);
    if (stream === undefined) {
      stream = { file: openSync(join(folder, `${topic}.jsonStream`), 'wx'), held: [], chars: 0 };
      streams.set(topic, stream);
    }
    const line = `${stampText(stampMs)}${JSON.stringify(data)}\r\n`;
    stream.held.push(line);
    stream.chars += line.length;
    if (stream.chars >= chunkChars) flush(stream);
  };
  return {
    write({ topic, data, stampMs }, timeMs) {
      if (stampMs === null && timeMs !== null) zeroMs ??= timeMs;
      const ms = stampMs ?? (timeMs === null || zeroMs === null ? 0 : timeMs - zeroMs);
      if (topic === 'SessionInfo' && isObject(data) && data['Key'] !== undefined) {
        sessionKey ??= data['Key'];
        isOver ||= data['Key'] !== sessionKey;
      }
      if (isOver) {
        leftOut++;
        return;
      }
      if (topic === 'SessionData') started.push(...statusesOf(data, zeroMs));
      add(topic, Math.max(0, ms), data);
    },
    finish() {
      const notes: string[] = [];
      if (isOver)
        notes.push(
          `The recording goes on into another session: its ${leftOut} messages after that are left out`,
        );
      if (!streams.has('SessionStatus') && started.length > 0) {
        started = started.sort((a, b) => a.stampMs - b.stampMs);
        for (const { stampMs, status } of started) add('SessionStatus', stampMs, { Status: status });
        notes.push('The recording has no SessionStatus: the states are those of SessionData');
      }
      for (const stream of streams.values()) flush(stream);
      return notes;
    },
    close() {
      for (const { file } of streams.values()) closeSync(file);
      streams.clear();
    },
  };
}

/** Session states of a SessionData message; what happened before the recording counts as its beginning. */
function statusesOf(data: unknown, zeroMs: number | null): { stampMs: number; status: string }[] {
  const series = isObject(data) ? data['StatusSeries'] : undefined;
  if (typeof series !== 'object' || series === null || zeroMs === null) return [];
  return Object.values(series).flatMap((entry: unknown) => {
    if (!isObject(entry) || typeof entry['SessionStatus'] !== 'string') return [];
    const ms = instantMs(entry['Utc']);
    return ms === null ? [] : [{ stampMs: Math.max(0, ms - zeroMs), status: entry['SessionStatus'] }];
  });
}
