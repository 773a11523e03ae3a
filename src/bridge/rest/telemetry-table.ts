import { createByteWriter } from '../query/byte-writer.ts';
import type { ByteWriter } from '../query/byte-writer.ts';
import { HttpError } from '../http/http-error.ts';
import {
  missingTopics,
  noOriginalTime,
  replayNotices,
  unknownDrivers,
  unknownFields,
  whyEmpty,
} from './notices.ts';
import { rowClock } from './row-clock.ts';
import { telemetryRange } from './row-span.ts';
import { askedDrivers, pointsOf } from './table-context.ts';
import type { TableContext } from './table-context.ts';
import type { Notice } from './table.ts';
import { readTelemetryFields } from './telemetry-fields.ts';
import { writeTelemetry } from './telemetry-rows.ts';
import { createTelemetryWriter } from './telemetry-writer.ts';
import { csvHead, csvReason, jsonReason, metaText } from './write-table.ts';

/** Values of one answer: points × drivers × fields. */
const maxValues = 4_000_000;

/** A finished answer. */
export interface TableAnswer {
  readonly body: Buffer;
  readonly notices: readonly Notice[];
}

/** One writer for all answers: they are made one after the other, and copied out. */
let idle: ByteWriter | null = null;
const maxIdleBytes = 8_000_000;

/**
 * Answer of `/api/v1/telemetry`, written without an object for a row.
 * @throws {HttpError} 400 when no field is known or too much is asked
 */
export function telemetryAnswer(context: TableContext): TableAnswer {
  const { request, app } = context;
  const { fields, unknown: unknownNames } = readTelemetryFields(request.fields);
  const { codes, unknown } = askedDrivers(context);
  const drivers = pointsOf(context, codes);
  const asked = drivers.length * fields.length * request.maxPoints;
  if (asked > maxValues) {
    throw new HttpError(
      400,
      'F1_BRIDGE_QUERY',
      `Cannot answer ${drivers.length} drivers × ${fields.length} fields × ${request.maxPoints} points: at most ${maxValues} values are answered at once`,
      'Ask for fewer drivers, fields or points',
    );
  }
  const clock = rowClock(request.time, context.t0EpochMs);
  const range = telemetryRange(context);
  const isCsv = request.format === 'csv';
  const names = ['t', 'driver', ...fields.map(({ name }) => name)];
  const writer = idle ?? createByteWriter(256 * 1024);
  idle = null;
  writer.reset();
  writer.text(isCsv ? csvHead(names) : '{"rows":[');
  let rows = 0;
  if (clock !== null && range !== null && drivers.length > 0) {
    const sink = createTelemetryWriter(writer, drivers, fields, clock, isCsv);
    const { speed = 1 } = app.state.replay ?? {};
    const clockRate = request.time === 'published' || speed === 0 ? 1 : speed;
    const { maxPoints } = request;
    writeTelemetry({ drivers, fields, clock, ...range, maxPoints, clockRate }, sink);
    rows = sink.rows;
  }
  const notices = noticesOf(context, rows, unknown, unknownNames);
  const [reason] = notices;
  if (rows === 0 && request.noticeRow && reason !== undefined) {
    const t = context.nowMs;
    writer.text(isCsv ? csvReason(names, t, [1], reason.text) : jsonReason(names, t, [1], reason.text));
  }
  if (!isCsv) writer.text(`],"meta":${metaText(context, notices)}}`);
  const body = writer.copy();
  if (body.length <= maxIdleBytes) idle = writer;
  return { body, notices };
}

function noticesOf(
  context: TableContext,
  rows: number,
  unknown: readonly string[],
  unknownNames: readonly string[],
): Notice[] {
  const notices: Notice[] = [];
  if (rows === 0) {
    if (context.request.time === 'original' && context.t0EpochMs === null && context.race.session !== null) {
      notices.push(noOriginalTime);
    } else notices.push(whyEmpty(context, 'telemetry', unknown));
  } else {
    notices.push(...missingTopics(context, ['CarData.z', 'Position.z']));
    if (unknown.length > 0) notices.push(unknownDrivers(unknown));
    notices.push(...replayNotices(context));
  }
  if (unknownNames.length > 0) notices.push(unknownFields(unknownNames, 'telemetry'));
  return notices;
}
