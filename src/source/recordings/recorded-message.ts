import { isObject } from '../decode/feed-columns.ts';
import { parseFeedJson } from '../decode/json-text.ts';
import { epochUsFromText } from '../decode/instant.ts';
import { stampMsFromText } from '../decode/stamp.ts';
import { LiteralError, parsePythonLiteral } from './python-literal.ts';

/** One message of a live recording. */
export interface RecordedMessage {
  readonly topic: string;
  /** An object or list, or the Base64 text of a packed topic. */
  readonly data: unknown;
  /** When it was sent, UTC epoch ms; null when its line does not say. */
  readonly epochMs: number | null;
  /** Time of the stream, for merged streams that carry stamps instead; null otherwise. */
  readonly stampMs: number | null;
}

/** Shapes of recordings that are told apart by content. */
export type RecordingShape =
  | 'FastF1 recorder text'
  | 'SignalR frames'
  | 'SignalR feed messages'
  | 'typed lines'
  | 'merged stream'
  | 'topic updates'
  | 'state snapshot';

/** What a line holds: messages, nothing of interest (keep-alive, log text), or what could not be read. */
export type LineReading =
  | {
      readonly kind: 'messages';
      readonly shape: RecordingShape;
      readonly messages: readonly RecordedMessage[];
    }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'broken'; readonly reason: string };

const topicName = /^[A-Za-z][A-Za-z0-9]{0,60}(?:\.z)?$/;
const nothing: LineReading = { kind: 'nothing' };

/** A name that can be a topic of the feed; others are never used to name a file. */
export function isTopicName(value: unknown): value is string {
  return typeof value === 'string' && topicName.test(value);
}

/** Epoch ms of a UTC text with 0–9 fraction digits; null when it is none. */
export function instantMs(value: unknown): number | null {
  if (typeof value !== 'string') return null;
  const us = epochUsFromText(value);
  return Number.isNaN(us) ? null : us / 1000;
}

/** Reads one line of any line-based recording. Never throws; O(length). */
export function readRecordedLine(line: string): LineReading {
  const text = line.trim();
  try {
    if (text.startsWith('[')) return readList(text);
    if (text.startsWith('{')) return readObject(text);
    const brace = text.indexOf('{');
    if (brace > 0 && /^[\d:.]+$/.test(text.slice(0, brace))) return readStamped(text, brace);
  } catch (error) {
    if (error instanceof LiteralError || error instanceof SyntaxError)
      return { kind: 'broken', reason: error.message };
    throw error;
  }
  // Log text of a recorder before its frames, URL lines between merged ones.
  return /^["'\]})]/.test(text) ? { kind: 'broken', reason: 'No list or object' } : nothing;
}

/** `['Topic', data, 'time']` of FastF1's recorder; JSON lists are Python literals but for true, false and null. */
function readList(text: string): LineReading {
  let value: unknown;
  try {
    value = parsePythonLiteral(text);
  } catch (error) {
    if (!(error instanceof LiteralError)) throw error;
    try {
      value = parseFeedJson(text).value;
    } catch {
      throw error;
    }
  }
  const message = messageOf(value);
  return message === null
    ? { kind: 'broken', reason: 'The line is not built as [topic, data, time]' }
    : { kind: 'messages', shape: 'FastF1 recorder text', messages: [message] };
}

function readStamped(text: string, brace: number): LineReading {
  const stampMs = stampMsFromText(text.slice(0, brace));
  const value = parseFeedJson(text.slice(brace)).value;
  if (Number.isNaN(stampMs) || !isObject(value) || !isTopicName(value['stream']))
    return { kind: 'broken', reason: 'The line is not built as stamp{"stream","payload"}' };
  const message = { topic: value['stream'], data: value['payload'], epochMs: null, stampMs };
  return isData(message.data)
    ? { kind: 'messages', shape: 'merged stream', messages: [message] }
    : { kind: 'broken', reason: 'The payload is neither an object nor text' };
}

function readObject(text: string): LineReading {
  // One frame of SignalR Core may hold several records, each closed by 0x1E.
  const records = text.split('\u001e').filter((part) => part.trim() !== '');
  const messages: RecordedMessage[] = [];
  let shape: RecordingShape | null = null;
  for (const record of records) {
    const value = parseFeedJson(record).value;
    if (!isObject(value)) return { kind: 'broken', reason: 'The record is no object' };
    const found = readRecord(value);
    if (found === null) continue;
    shape = found.shape;
    messages.push(...found.messages);
  }
  return shape === null ? nothing : { kind: 'messages', shape, messages };
}

function readRecord(
  value: Readonly<Record<string, unknown>>,
): { shape: RecordingShape; messages: RecordedMessage[] } | null {
  const state = isObject(value['R']) ? value['R'] : value['type'] === 3 ? value['result'] : undefined;
  if (isObject(state)) return { shape: 'SignalR frames', messages: snapshotMessages(state) };
  if (Array.isArray(value['M'])) {
    const feeds = (value['M'] as unknown[]).filter(isObject);
    return { shape: 'SignalR frames', messages: feeds.flatMap(({ A }) => listOf(messageOf(A))) };
  }
  if (value['target'] === 'feed')
    return { shape: 'SignalR frames', messages: listOf(messageOf(value['arguments'])) };
  if (Array.isArray(value['A']))
    return { shape: 'SignalR feed messages', messages: listOf(messageOf(value['A'])) };
  const topic = value['Type'] ?? value['topic'] ?? value['Topic'];
  const data = value['Json'] ?? value['data'] ?? value['Data'];
  if (topic !== undefined && data !== undefined) {
    const time = value['DateTime'] ?? value['utc'] ?? value['Utc'];
    return { shape: 'typed lines', messages: listOf(messageOf([topic, data, time])) };
  }
  return isUpdate(value) ? { shape: 'topic updates', messages: updateMessages(value) } : null;
}

function listOf(message: RecordedMessage | null): RecordedMessage[] {
  return message === null ? [] : [message];
}

/** `[topic, data, time]`; null when it is not built so. */
function messageOf(value: unknown): RecordedMessage | null {
  if (!Array.isArray(value) || value.length !== 3) return null;
  const [topic, data, time] = value as unknown[];
  const epochMs = instantMs(time);
  return isTopicName(topic) && isData(data) && epochMs !== null
    ? { topic, data, epochMs, stampMs: null }
    : null;
}

function isData(data: unknown): boolean {
  return (typeof data === 'object' && data !== null) || (typeof data === 'string' && data !== '');
}

/** True for `{"timestamp", "updates": {topic: data}}`. */
export function isUpdate(value: unknown): value is Readonly<Record<string, unknown>> {
  return isObject(value) && isObject(value['updates']) && instantMs(value['timestamp']) !== null;
}

/** Messages of one entry of topic updates. */
export function updateMessages(value: Readonly<Record<string, unknown>>): RecordedMessage[] {
  const epochMs = instantMs(value['timestamp']);
  return Object.entries(value['updates'] as object).flatMap(([topic, data]: [string, unknown]) =>
    isTopicName(topic) && isData(data) ? [{ topic, data, epochMs, stampMs: null }] : [],
  );
}

/** True for the state of several topics: `{topic: state}` with at least one that every session has. */
export function isSnapshot(value: unknown): value is Readonly<Record<string, unknown>> {
  if (!isObject(value)) return false;
  const known = ['Heartbeat', 'SessionInfo', 'DriverList', 'TimingData', 'TrackStatus'];
  return known.filter((topic) => isObject(value[topic])).length >= 2;
}

/** Messages of a state snapshot, all at the time of its Heartbeat. */
export function snapshotMessages(state: Readonly<Record<string, unknown>>): RecordedMessage[] {
  const heartbeat = state['Heartbeat'];
  const epochMs = isObject(heartbeat) ? instantMs(heartbeat['Utc']) : null;
  return Object.entries(state).flatMap(([topic, data]) =>
    isTopicName(topic) && isData(data) ? [{ topic, data, epochMs, stampMs: null }] : [],
  );
}
