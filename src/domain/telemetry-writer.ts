import { channelByWireName, type WireName } from './channels.ts';
import { createIsoCache, isIsoTime, writeIso } from './iso-time.ts';
import {
  messageText,
  type MessageText,
  brake,
  close,
  compoundKey,
  compoundTexts,
  distance,
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

/** Room that one message needs at most, for driver codes of up to 64 bytes as JSON text. */
export const maxTelemetryBytes = 768;

const wholeNumberLimit = 1e15;
const scaleOf = (wireName: WireName): number => 10 ** (channelByWireName(wireName)?.decimals ?? 0);
const speedScale = scaleOf('speed');
const rpmScale = scaleOf('rpm');
const throttleScale = scaleOf('throttle');
const positionScale = scaleOf('x');
const distanceScale = scaleOf('distance');

const timestampCache = createIsoCache();
const originalCache = createIsoCache();

/** Text of a driver inside the message, kept because a race has twenty of them. */
const driverTexts = new Map<string, MessageText>();

function driverText(code: string): MessageText {
  let text = driverTexts.get(code);
  if (text === undefined) {
    if (driverTexts.size >= 1024) driverTexts.clear();
    const quoted = JSON.stringify(code);
    text = messageText(`,"driver":${quoted},"driver_id":${quoted},"driver_number":`);
    driverTexts.set(code, text);
  }
  return text;
}

/**
 * Writes one `f1-telemetry` value (PROTOCOL §3) at `at` and returns its end: byte for byte what `JSON.stringify`
 * makes of the flat object with every number rounded to its decimals. NaN becomes null. The caller leaves
 * `maxTelemetryBytes` of room. No allocation.
 */
export function writeTelemetry(target: Uint8Array, at: number, row: TelemetryRow): number {
  if (view.buffer !== target.buffer) view = new DataView(target.buffer);
  let end = put(target, at, open);
  end = putTime(target, end, row.timestampMs, timestampCache);
  end = put(target, end, original);
  end = putTime(target, end, row.originalMs, originalCache);
  end = put(target, end, driverText(row.driver));
  end = putNumber(target, end, row.driverNumber, 1);
  end = put(target, end, sessionTime);
  end = putSeconds(target, end, row.sessionMs);
  end = put(target, end, speed);
  end = putNumber(target, end, row.speedKmh, speedScale);
  end = put(target, end, rpm);
  end = putNumber(target, end, row.rpm, rpmScale);
  end = put(target, end, throttle);
  end = putNumber(target, end, row.throttlePct, throttleScale);
  end = put(target, end, brake);
  end = putNumber(target, end, row.brake, 1);
  end = put(target, end, gear);
  end = putNumber(target, end, row.gear, 1);
  end = put(target, end, nGear);
  end = putNumber(target, end, row.gear, 1);
  end = put(target, end, drs);
  end = putNumber(target, end, row.drs, 1);
  end = put(target, end, x);
  end = putNumber(target, end, row.x, positionScale);
  end = put(target, end, y);
  end = putNumber(target, end, row.y, positionScale);
  end = put(target, end, z);
  end = putNumber(target, end, row.z, positionScale);
  end = put(target, end, lapNumber);
  end = row.lapNumber > 0 ? putNumber(target, end, row.lapNumber, 1) : put(target, end, nullText);
  end = put(target, end, compoundKey);
  end = put(target, end, compoundTexts[row.compound] ?? nullText);
  end = put(target, end, distance);
  end = putNumber(target, end, row.distanceM, distanceScale);
  end = put(target, end, sourceKey);
  end = put(target, end, originTexts[row.origin] ?? originTexts[2]!);
  return put(target, end, close);
}

/** View of the buffer that is written to, kept because neighbours share it. */
let view: DataView = new DataView(new ArrayBuffer(0));

/** Writes whole words: up to three bytes behind the text are overwritten, and then by what follows. */
function put(target: Uint8Array, at: number, text: MessageText): number {
  const { words } = text;
  const count = words.length;
  let to = target.byteOffset + at;
  for (let word = 0; word < count; word++, to += 4) view.setInt32(to, words[word]!, true);
  return at + text.length;
}

function putTime(target: Uint8Array, at: number, epochMs: number, cache: typeof timestampCache): number {
  const whole = Math.round(epochMs);
  if (!isIsoTime(whole)) return put(target, at, nullText);
  target[at] = 34;
  const end = writeIso(target, at + 1, whole, cache);
  target[end] = 34;
  return end + 1;
}

/** Scale is 1 or 10: no digit, or one digit when it is not zero. */
function putNumber(target: Uint8Array, at: number, value: number, scale: number): number {
  let scaled = Math.round(value * scale);
  if (!(scaled > -wholeNumberLimit && scaled < wholeNumberLimit)) return putRare(target, at, value, scale);
  let end = at;
  if (scaled < 0) {
    target[end++] = 45;
    scaled = -scaled;
  }
  if (scale === 1) return putWhole(target, end, scaled);
  const whole = scaled < 1e9 ? (scaled / 10) | 0 : Math.floor(scaled / 10);
  const digit = scaled - whole * 10;
  end = putWhole(target, end, whole);
  if (digit === 0) return end;
  target[end] = 46;
  target[end + 1] = 48 + digit;
  return end + 2;
}

function putRare(target: Uint8Array, at: number, value: number, scale: number): number {
  return put(target, at, messageText(JSON.stringify(Math.round(value * scale) / scale)));
}

function putSeconds(target: Uint8Array, at: number, ms: number): number {
  let scaled = Math.round(ms);
  if (!(scaled > -wholeNumberLimit && scaled < wholeNumberLimit)) return putRare(target, at, ms / 1000, 1000);
  let end = at;
  if (scaled < 0) {
    target[end++] = 45;
    scaled = -scaled;
  }
  const whole = Math.floor(scaled / 1000);
  let rest = scaled - whole * 1000;
  end = putWhole(target, end, whole);
  if (rest === 0) return end;
  target[end++] = 46;
  const hundreds = (rest / 100) | 0;
  target[end++] = 48 + hundreds;
  rest -= hundreds * 100;
  if (rest === 0) return end;
  const tens = (rest / 10) | 0;
  target[end++] = 48 + tens;
  rest -= tens * 10;
  if (rest !== 0) target[end++] = 48 + rest;
  return end;
}

function putWhole(target: Uint8Array, at: number, value: number): number {
  if (value >= 1e9) {
    const high = Math.floor(value / 1e9);
    let end = putWhole(target, at, high);
    let rest = value - high * 1e9;
    for (let i = 8; i >= 0; i--) {
      target[end + i] = 48 + (rest % 10);
      rest = Math.floor(rest / 10);
    }
    end += 9;
    return end;
  }
  let rest = value | 0;
  const digits =
    rest < 10
      ? 1
      : rest < 100
        ? 2
        : rest < 1000
          ? 3
          : rest < 10_000
            ? 4
            : rest < 100_000
              ? 5
              : rest < 1_000_000
                ? 6
                : rest < 10_000_000
                  ? 7
                  : rest < 100_000_000
                    ? 8
                    : 9;
  for (let i = at + digits - 1; i >= at; i--) {
    const next = (rest / 10) | 0;
    target[i] = 48 + rest - next * 10;
    rest = next;
  }
  return at + digits;
}
