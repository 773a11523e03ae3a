import { channelByWireName, channels } from '../../domain/channels.ts';
import { compoundName } from '../../domain/compound.ts';
import { HttpError } from '../http/http-error.ts';
import type { PointBuffer } from '../ingest/point-buffer.ts';
import { compoundOf } from '../ingest/row-mark.ts';
import type { ByteWriter } from '../query/byte-writer.ts';
import type { Selection } from '../query/selection.ts';

/** A column of the telemetry table. */
export interface TelemetryField {
  readonly name: string;
  /** Index into `channels`; −1 for what is no channel. */
  readonly channel: number;
  /** Continuous channels show extremes when rows are thinned, all others the last value. */
  readonly isContinuous: boolean;
  /** Derived channels exist on car rows only. */
  readonly isDerived: boolean;
  /** Writes the value of the row in a slot as JSON, or as a CSV cell (the same but for null and texts). O(1), no allocation. */
  write(writer: ByteWriter, buffer: PointBuffer, slot: number, isCsv: boolean): void;
  isNull(buffer: PointBuffer, slot: number): boolean;
}

const quote = 0x22;

function channelField(name: string, channel: number): TelemetryField {
  const { kind, derived } = channels[channel]!;
  return {
    name,
    channel,
    isContinuous: kind === 'continuous',
    isDerived: derived,
    write(writer, buffer, slot, isCsv) {
      const { data, nullRaw, scale } = buffer.columns[channel]!;
      const raw = data[slot]!;
      if (raw !== nullRaw) writer.decimal(raw, scale);
      else if (!isCsv) writer.null();
    },
    isNull(buffer, slot) {
      const { data, nullRaw } = buffer.columns[channel]!;
      return data[slot] === nullRaw;
    },
  };
}

const plain = { channel: -1, isContinuous: false, isDerived: false } as const;

const others: readonly TelemetryField[] = [
  {
    ...plain,
    name: 'lap_number',
    write(writer, { lap }, slot, isCsv) {
      const number = lap[slot]!;
      if (number > 0) writer.integer(number);
      else if (!isCsv) writer.null();
    },
    isNull: ({ lap }, slot) => lap[slot] === 0,
  },
  {
    ...plain,
    name: 'compound',
    write(writer, { marks }, slot, isCsv) {
      const name = compoundName(compoundOf(marks[slot]!));
      if (name === null) {
        if (!isCsv) writer.null();
      } else if (isCsv) writer.text(name);
      else {
        writer.byte(quote);
        writer.text(name);
        writer.byte(quote);
      }
    },
    isNull: ({ marks }, slot) => compoundName(compoundOf(marks[slot]!)) === null,
  },
  {
    ...plain,
    name: 'session_time',
    write: (writer, { sessionMs }, slot) => writer.decimal(sessionMs[slot]!, 1000),
    isNull: () => false,
  },
];

const channelFields = channels.map(({ wireName }, index) => channelField(wireName, index));

/** Names that `fields` may hold. */
export const telemetryFieldNames: readonly string[] = [...channelFields, ...others].map(({ name }) => name);

/**
 * Columns of a request: every channel when it names none.
 * @throws {HttpError} 400 F1_BRIDGE_QUERY when none of the names is known
 */
export function readTelemetryFields(names: Selection): {
  readonly fields: readonly TelemetryField[];
  readonly unknown: readonly string[];
} {
  if (names === null) return { fields: channelFields, unknown: [] };
  const fields: TelemetryField[] = [];
  const unknown: string[] = [];
  for (const name of names) {
    const lower = name.toLowerCase();
    if (lower === 't' || lower === 'driver') continue;
    const channel = channelByWireName(lower);
    const known =
      channel === undefined
        ? others.find((field) => field.name === lower)
        : channelField(
            lower,
            channels.findIndex(({ wireName }) => wireName === channel.wireName),
          );
    if (known === undefined) unknown.push(name.slice(0, 40));
    else if (!fields.some((field) => field.name === known.name)) fields.push(known);
  }
  if (fields.length === 0 && unknown.length > 0) {
    throw new HttpError(
      400,
      'F1_BRIDGE_QUERY',
      `Cannot answer fields ${JSON.stringify(unknown.slice(0, 5).join(','))}: none is a field of telemetry`,
      `Fields are: ${telemetryFieldNames.join(', ')}`,
    );
  }
  return { fields: fields.length === 0 ? channelFields : fields, unknown };
}
