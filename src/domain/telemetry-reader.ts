import { readIso } from './iso-time.ts';
import { parseTelemetry } from './telemetry-parser.ts';
import {
  type MessageText,
  brake,
  close,
  compoundKey,
  compoundTexts,
  distance,
  driverIdKey,
  driverKey,
  driverNumberKey,
  drs,
  gear,
  lapNumber,
  nGear,
  nullText,
  open,
  originTexts,
  original,
  rpm,
  sessionTime,
  sourceKey,
  speed,
  throttle,
  x,
  y,
  z,
} from './telemetry-text.ts';
import type { TelemetryRow } from './telemetry-row.ts';

const decoder = new TextDecoder();

/** View of the buffer that is read, kept because the records of a batch share it. */
let view: DataView = new DataView(new ArrayBuffer(0));

/** Where the scanner stands; module state, because a returned pair would allocate. −1 = not our canonical form. */
let cursor = 0;

/**
 * Reads one `f1-telemetry` value into `row`: a scanner for the canonical form (no allocation; driver codes are
 * interned), `JSON.parse` for any other JSON text. False when the bytes are not such an object; `row` is then void.
 * Ranges are not checked: see `isPlausible`.
 */
export function readTelemetry(bytes: Uint8Array, row: TelemetryRow): boolean {
  return scanTelemetry(bytes, row) || parseTelemetry(bytes, row);
}

function scanTelemetry(bytes: Uint8Array, row: TelemetryRow): boolean {
  cursor = 0;
  if (view.buffer !== bytes.buffer) view = new DataView(bytes.buffer);
  expect(bytes, open);
  row.timestampMs = scanTime(bytes, timestampSecond);
  expect(bytes, original);
  row.originalMs = bytes[cursor] === 110 ? scanNull(bytes) : scanTime(bytes, originalSecond);
  expect(bytes, driverKey);
  if (cursor < 0) return false;
  const codeAt = cursor;
  row.driver = scanCode(bytes);
  const codeBytes = cursor - codeAt;
  expect(bytes, driverIdKey);
  if (cursor < 0) return false;
  for (let i = 0; i < codeBytes; i++) if (bytes[cursor + i] !== bytes[codeAt + i]) return false;
  cursor += codeBytes;
  expect(bytes, driverNumberKey);
  row.driverNumber = scanNumber(bytes);
  expect(bytes, sessionTime);
  row.sessionMs = Math.round(scanNumber(bytes) * 1000);
  expect(bytes, speed);
  row.speedKmh = scanNumber(bytes);
  expect(bytes, rpm);
  row.rpm = scanNumber(bytes);
  expect(bytes, throttle);
  row.throttlePct = scanNumber(bytes);
  expect(bytes, brake);
  row.brake = scanNumber(bytes);
  expect(bytes, gear);
  row.gear = scanNumber(bytes);
  expect(bytes, nGear);
  const again = scanNumber(bytes);
  expect(bytes, drs);
  row.drs = scanNumber(bytes);
  expect(bytes, x);
  row.x = scanNumber(bytes);
  expect(bytes, y);
  row.y = scanNumber(bytes);
  expect(bytes, z);
  row.z = scanNumber(bytes);
  expect(bytes, lapNumber);
  const lap = scanNumber(bytes);
  expect(bytes, compoundKey);
  row.compound = scanCompound(bytes);
  expect(bytes, distance);
  row.distanceM = scanNumber(bytes);
  expect(bytes, sourceKey);
  row.origin = scanOrigin(bytes);
  expect(bytes, close);
  row.lapNumber = lap > 0 ? lap : 0;
  // What the slow way refuses must not pass here: no name, no time, no number; two different gears.
  return (
    cursor === bytes.length &&
    row.driver !== '' &&
    !Number.isNaN(row.sessionMs) &&
    !Number.isNaN(row.driverNumber) &&
    !(lap <= 0) &&
    (again === row.gear || (Number.isNaN(again) && Number.isNaN(row.gear)))
  );
}

function expect(bytes: Uint8Array, text: MessageText): void {
  const at = cursor;
  const end = at + text.length;
  if (at < 0) return;
  if (end > bytes.length) {
    cursor = -1;
    return;
  }
  const { words } = text;
  const whole = text.length >> 2;
  let from = bytes.byteOffset + at;
  for (let word = 0; word < whole; word++, from += 4) {
    if (view.getInt32(from, true) !== words[word]) {
      cursor = -1;
      return;
    }
  }
  let rest = text.length & 3;
  if (rest !== 0) {
    let last = words[whole]!;
    for (; rest > 0; rest--, last >>>= 8, from++) {
      if (view.getUint8(from) !== (last & 0xff)) {
        cursor = -1;
        return;
      }
    }
  }
  cursor = end;
}

/** The last time of a field to the second: its 20 bytes as words, and its epoch ms. */
interface SecondCache {
  readonly words: Int32Array;
  epochMs: number;
}

const timestampSecond: SecondCache = { words: new Int32Array(5), epochMs: 0 };
const originalSecond: SecondCache = { words: new Int32Array(5), epochMs: 0 };

function scanTime(bytes: Uint8Array, second: SecondCache): number {
  const at = cursor;
  if (at < 0 || at + 26 > bytes.length || bytes[at] !== 34 || bytes[at + 25] !== 34) {
    cursor = -1;
    return Number.NaN;
  }
  cursor = at + 26;
  const { words } = second;
  let from = bytes.byteOffset + at + 1;
  let word = 0;
  while (word < 5 && view.getInt32(from, true) === words[word]) {
    word++;
    from += 4;
  }
  if (word === 5 && bytes[at + 24] === 90) {
    const hundreds = bytes[at + 21]! - 48;
    const tens = bytes[at + 22]! - 48;
    const ones = bytes[at + 23]! - 48;
    const areDigits = hundreds >= 0 && hundreds <= 9 && tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9;
    if (areDigits) return second.epochMs + hundreds * 100 + tens * 10 + ones;
  }
  const epochMs = readIso(bytes, at + 1);
  if (Number.isNaN(epochMs)) cursor = -1;
  else keepSecond(second, bytes.byteOffset + at + 1, epochMs);
  return epochMs;
}

function keepSecond(second: SecondCache, from: number, epochMs: number): void {
  for (let word = 0; word < 5; word++) second.words[word] = view.getInt32(from + word * 4, true);
  second.epochMs = Math.floor(epochMs / 1000) * 1000;
}

function scanNull(bytes: Uint8Array): number {
  expect(bytes, nullText);
  return Number.NaN;
}

/** Short codes of plain letters and digits by their packed bytes. */
const codes = new Map<number, string>();

function scanCode(bytes: Uint8Array): string {
  let at = cursor;
  let packed = 0;
  for (;;) {
    const byte = bytes[at];
    if (byte === 34) break;
    const isPlain =
      byte !== undefined &&
      ((byte >= 65 && byte <= 90) || (byte >= 48 && byte <= 57) || (byte >= 97 && byte <= 122));
    if (!isPlain || at - cursor === 4) {
      cursor = -1;
      return '';
    }
    packed = (packed << 8) | byte;
    at++;
  }
  let code = codes.get(packed);
  if (code === undefined) {
    if (codes.size >= 4096) codes.clear();
    code = decoder.decode(bytes.subarray(cursor, at));
    codes.set(packed, code);
  }
  cursor = at;
  return code;
}

/** A number without exponent, or null (NaN), up to the comma behind it. */
function scanNumber(bytes: Uint8Array): number {
  let at = cursor;
  if (at < 0) return Number.NaN;
  let byte = bytes[at]!;
  if (byte === 110) return scanNull(bytes);
  const isNegative = byte === 45;
  if (isNegative) byte = bytes[++at]!;
  const first = at;
  let value = 0;
  while (byte >= 48 && byte <= 57) {
    value = value * 10 + (byte - 48);
    byte = bytes[++at]!;
  }
  const wholeDigits = at - first;
  let scale = 1;
  if (byte === 46) {
    byte = bytes[++at]!;
    while (byte >= 48 && byte <= 57) {
      value = value * 10 + (byte - 48);
      scale *= 10;
      byte = bytes[++at]!;
    }
    if (scale === 1) value = Number.NaN;
  }
  const hasLeadingZero = wholeDigits > 1 && bytes[first] === 48;
  // Up to 2^53 the quotient is the correctly rounded decimal; JSON.parse reads whatever is longer.
  if (
    byte !== 44 ||
    wholeDigits === 0 ||
    hasLeadingZero ||
    !(value <= Number.MAX_SAFE_INTEGER) ||
    scale > 1e15
  ) {
    cursor = -1;
    return Number.NaN;
  }
  cursor = at;
  if (scale !== 1) value /= scale;
  return isNegative ? -value : value;
}

function scanCompound(bytes: Uint8Array): number {
  const at = cursor;
  if (at < 0) return 0;
  for (let index = 0; index < compoundTexts.length; index++) {
    const text = compoundTexts[index]!;
    if (at + 4 > bytes.length || view.getInt32(bytes.byteOffset + at, true) !== text.words[0]) continue;
    expect(bytes, text);
    if (cursor >= 0) return index;
    cursor = at;
  }
  cursor = -1;
  return 0;
}

function scanOrigin(bytes: Uint8Array): number {
  const at = cursor;
  if (at < 0) return 0;
  const index = bytes[at] === 99 ? 0 : bytes[at] === 112 ? 1 : 2;
  expect(bytes, originTexts[index]!);
  return index;
}
