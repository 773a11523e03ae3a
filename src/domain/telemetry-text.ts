import { compounds } from './compound.ts';
import { originNames } from './table.ts';

/** Encodes the constant parts of a message. */
export const encoder = new TextEncoder();

/** Constant parts of an `f1-telemetry` value, in wire order. */
export const open = encoder.encode('{"timestamp":');
export const original = encoder.encode(',"original_timestamp":');
export const driverKey = encoder.encode(',"driver":"');
export const driverIdKey = encoder.encode('","driver_id":"');
export const driverNumberKey = encoder.encode('","driver_number":');
export const sessionTime = encoder.encode(',"session_time":');
export const speed = encoder.encode(',"speed":');
export const rpm = encoder.encode(',"rpm":');
export const throttle = encoder.encode(',"throttle":');
export const brake = encoder.encode(',"brake":');
export const gear = encoder.encode(',"gear":');
export const nGear = encoder.encode(',"n_gear":');
export const drs = encoder.encode(',"drs":');
export const x = encoder.encode(',"x":');
export const y = encoder.encode(',"y":');
export const z = encoder.encode(',"z":');
export const lapNumber = encoder.encode(',"lap_number":');
export const compoundKey = encoder.encode(',"compound":');
export const distance = encoder.encode(',"distance":');
export const sourceKey = encoder.encode(',"source":"');
export const close = encoder.encode('","message_type":"telemetry"}');
export const compoundTexts = compounds.map((name) =>
  encoder.encode(name === '' ? 'null' : JSON.stringify(name)),
);
export const originTexts = originNames.map((name) => encoder.encode(name));
export const nullText = encoder.encode('null');
