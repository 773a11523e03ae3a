import { compounds } from './compound.ts';
import { originNames } from './table.ts';

/** Encodes the constant parts of a message. */
const encoder = new TextEncoder();

/** A constant part of a message: whole 32-bit words (little-endian, zero-padded), because four bytes cost what one does. */
export interface MessageText {
  readonly length: number;
  readonly words: Int32Array;
}

/** Text as words, written and compared by `DataView`. */
export function messageText(text: string): MessageText {
  const bytes = encoder.encode(text);
  const padded = new Uint8Array((bytes.length + 3) & ~3);
  padded.set(bytes);
  const view = new DataView(padded.buffer);
  const words = Int32Array.from({ length: padded.length >> 2 }, (_, word) => view.getInt32(word * 4, true));
  return { length: bytes.length, words };
}

/** Constant parts of an `f1-telemetry` value, in wire order. */
export const open = messageText('{"timestamp":');
export const original = messageText(',"original_timestamp":');
export const driverKey = messageText(',"driver":"');
export const driverIdKey = messageText('","driver_id":"');
export const driverNumberKey = messageText('","driver_number":');
export const sessionTime = messageText(',"session_time":');
export const speed = messageText(',"speed":');
export const rpm = messageText(',"rpm":');
export const throttle = messageText(',"throttle":');
export const brake = messageText(',"brake":');
export const gear = messageText(',"gear":');
export const nGear = messageText(',"n_gear":');
export const drs = messageText(',"drs":');
export const x = messageText(',"x":');
export const y = messageText(',"y":');
export const z = messageText(',"z":');
export const lapNumber = messageText(',"lap_number":');
export const compoundKey = messageText(',"compound":');
export const distance = messageText(',"distance":');
export const sourceKey = messageText(',"source":"');
export const close = messageText('","message_type":"telemetry"}');
export const compoundTexts = compounds.map((name) =>
  messageText(name === '' ? 'null' : JSON.stringify(name)),
);
export const originTexts = originNames.map((name) => messageText(name));
export const nullText = messageText('null');
