import type { Channel } from '../../domain/channels.ts';
import { channels } from '../../domain/channels.ts';
import type { BridgeState } from '../ingest/bridge-state.ts';
import { createByteWriter } from '../query/byte-writer.ts';
import type { PointBuffer, PointColumn } from '../ingest/point-buffer.ts';
import type { PointStore } from '../ingest/point-store.ts';

/** What a client subscribed to; clients with equal shapes get the same bytes. */
export interface Shape {
  /** Null = all. */
  readonly drivers: ReadonlySet<string> | null;
  /** Indices into `channels`. */
  readonly channels: readonly number[];
}

/** Rows appended per driver (by index) when a client was last served. */
export type Marks = Float64Array;

/** Most points of one driver in a delta; older ones are dropped and counted. */
export const maxDeltaPoints = 2000;
/** Points of each driver in a snapshot. */
export const snapshotPoints = 600;

const closeBracket = 0x5d;
const closeBrace = 0x7d;
const comma = 0x2c;
const writer = createByteWriter(1 << 16);

/** Marks of now. */
export function readMarks(store: PointStore): Marks {
  const marks = new Float64Array(store.drivers.length);
  for (let i = 0; i < marks.length; i++) marks[i] = store.drivers[i]!.buffer.appended;
  return marks;
}

/** Rows that a client lost because they are more than a delta may hold. */
export interface Delta {
  /** Null when there is nothing new for this shape. */
  readonly frame: Buffer | null;
  readonly dropped: number;
}

/** `delta` frame with the rows after `since`. O(rows × channels); one copy of the bytes is allocated. */
export function writeDelta(state: BridgeState, shape: Shape, since: Marks, droppedBefore: number): Delta {
  let dropped = droppedBefore;
  let hasRows = false;
  writer.reset();
  writer.text(`{"op":"delta",${identity(state)},"telemetry":{`);
  for (const { index, driver, buffer } of state.points.drivers) {
    if (shape.drivers !== null && !shape.drivers.has(driver)) continue;
    const mark = since[index] ?? 0;
    if (buffer.appended <= mark) continue;
    const from = Math.max(mark, buffer.first, buffer.appended - maxDeltaPoints);
    dropped += from - mark;
    if (hasRows) writer.byte(comma);
    hasRows = true;
    writeRows(driver, buffer, shape.channels, from);
  }
  if (!hasRows) return { frame: null, dropped };
  writer.text(dropped > 0 ? `},"dropped":${dropped}}` : '}}');
  return { frame: writer.copy(), dropped };
}

/** `snapshot` frame: race-level state in full, the newest points of the window. */
export function writeSnapshot(state: BridgeState, shape: Shape, nowMs: number): Buffer {
  const alerts = state.alerts.list({ drivers: null, severities: null, types: null, states: null }, 2000);
  writer.reset();
  writer.text(`{"op":"snapshot",${identity(state)},"server_time":${nowMs},"replay":`);
  writer.text(JSON.stringify(state.replay));
  writer.text(',"timing":');
  writer.text(JSON.stringify(state.race));
  writer.text(',"alerts":');
  writer.text(JSON.stringify(alerts));
  writer.text(',"telemetry":{');
  let hasRows = false;
  for (const { driver, buffer } of state.points.drivers) {
    if (shape.drivers !== null && !shape.drivers.has(driver)) continue;
    const from = Math.max(buffer.first, buffer.appended - snapshotPoints);
    if (from >= buffer.appended) continue;
    if (hasRows) writer.byte(comma);
    hasRows = true;
    writeRows(driver, buffer, shape.channels, from);
  }
  writer.text('}}');
  return writer.copy();
}

/** `timing` or `alerts` frame of texts that are JSON already. */
export function writeEvents(state: BridgeState, op: 'timing' | 'alerts', texts: readonly string[]): Buffer {
  const list = op === 'timing' ? 'events' : 'alerts';
  return Buffer.from(`{"op":"${op}",${identity(state)},"${list}":[${texts.join(',')}]}`);
}

/** Indices of channels by wire name; null for a name that does not exist. */
export function channelIndices(names: readonly string[]): number[] | null {
  if (names.length === 0) return channels.map((_, index) => index);
  const indices: number[] = [];
  for (const name of names) {
    const wireName = name === 'n_gear' ? 'gear' : name;
    const index = channels.findIndex((channel: Channel) => channel.wireName === wireName);
    if (index < 0) return null;
    if (!indices.includes(index)) indices.push(index);
  }
  return indices.sort((a, b) => a - b);
}

function identity({ tracker }: BridgeState): string {
  return `"run":${JSON.stringify(tracker.run)},"segment":${Math.max(0, tracker.segment)}`;
}

function writeRows(driver: string, buffer: PointBuffer, channelList: readonly number[], from: number): void {
  const { sessionMs, capacity, appended } = buffer;
  writer.text(`${JSON.stringify(driver)}:{"t":[`);
  for (let i = from; i < appended; i++) {
    if (i > from) writer.byte(comma);
    writer.integer(buffer.timeAt(i % capacity));
  }
  writer.text('],"s":[');
  for (let i = from; i < appended; i++) {
    if (i > from) writer.byte(comma);
    writer.decimal(sessionMs[i % capacity]!, 1000);
  }
  writer.byte(closeBracket);
  for (const index of channelList) {
    const column = buffer.columns[index]!;
    writer.text(`,"${column.channel.wireName}":[`);
    writeColumn(column, capacity, from, appended);
    writer.byte(closeBracket);
  }
  writer.byte(closeBrace);
}

function writeColumn(
  { data, scale, nullRaw }: PointColumn,
  capacity: number,
  from: number,
  to: number,
): void {
  for (let i = from; i < to; i++) {
    if (i > from) writer.byte(comma);
    const raw = data[i % capacity]!;
    if (raw === nullRaw) writer.null();
    else writer.decimal(raw, scale);
  }
}
