/** Appends JSON text to a buffer that grows by doubling; numbers are written digit by digit, without strings. */
export interface ByteWriter {
  readonly length: number;
  text(text: string): void;
  /** Bytes as they are: for short texts that are written again and again. */
  bytes(bytes: Uint8Array): void;
  byte(byte: number): void;
  /** `raw / scale` with no trailing zero; scale is 1, 10 or 1000. */
  decimal(raw: number, scale: number): void;
  /** A whole number of at most 15 digits. */
  integer(value: number): void;
  null(): void;
  /**
   * `[value,epochMs]`, after a comma unless `isFirst`; value is `raw / scale` (scale 1 or 10) or null. The hot path of
   * queries: one check for room, times share the digits of their thousand seconds.
   */
  pair(raw: number, isNull: boolean, scale: number, epochMs: number, isFirst: boolean): void;
  /** What was written, as a view: valid until the writer is used again. */
  view(): Buffer;
  /** What was written, as a copy. */
  copy(): Buffer;
  reset(): void;
}

const zero = 0x30;
const minus = 0x2d;
const point = 0x2e;
const comma = 0x2c;
const openBracket = 0x5b;
const closeBracket = 0x5d;

/** Three digits for every number below 1,000. */
const digits = new Uint8Array(3000);
for (let i = 0; i < 1000; i++) {
  digits[i * 3] = zero + Math.floor(i / 100);
  digits[i * 3 + 1] = zero + (Math.floor(i / 10) % 10);
  digits[i * 3 + 2] = zero + (i % 10);
}

/** A writer with room for `size` bytes to begin with. */
export function createByteWriter(size: number): ByteWriter {
  let buffer = Buffer.allocUnsafeSlow(size);
  let at = 0;

  const room = (bytes: number): void => {
    if (at + bytes <= buffer.length) return;
    const bigger = Buffer.allocUnsafeSlow(Math.max(buffer.length * 2, at + bytes));
    buffer.copy(bigger, 0, 0, at);
    buffer = bigger;
  };

  const three = (value: number): void => {
    const from = value * 3;
    buffer[at] = digits[from]!;
    buffer[at + 1] = digits[from + 1]!;
    buffer[at + 2] = digits[from + 2]!;
    at += 3;
  };

  /** Digits of a whole number ≥ 0; room was made by the caller. */
  const whole = (value: number): void => {
    if (value < 1000) {
      const from = value * 3;
      if (value >= 100) buffer[at++] = digits[from]!;
      if (value >= 10) buffer[at++] = digits[from + 1]!;
      buffer[at++] = digits[from + 2]!;
      return;
    }
    const high = value < 0x7fffffff ? (value / 1000) | 0 : Math.floor(value / 1000);
    whole(high);
    three(value - high * 1000);
  };

  /** Millions of the last epoch time written, and its digits. */
  let timeHead = -1;
  let timeHeadText = new Uint8Array(0);

  return {
    get length() {
      return at;
    },
    text(text) {
      room(text.length * 3);
      at += buffer.write(text, at);
    },
    bytes(bytes) {
      room(bytes.length);
      // A loop is faster than a call into the runtime for the few bytes of a name.
      for (let i = 0; i < bytes.length; i++) buffer[at + i] = bytes[i]!;
      at += bytes.length;
    },
    byte(byte) {
      room(1);
      buffer[at++] = byte;
    },
    decimal(raw, scale) {
      room(20);
      let value = raw;
      if (value < 0) {
        buffer[at++] = minus;
        value = -value;
      }
      if (scale === 1) {
        whole(value);
        return;
      }
      const high = Math.floor(value / scale);
      whole(high);
      const rest = value - high * scale;
      if (rest === 0) return;
      buffer[at++] = point;
      if (scale === 10) {
        buffer[at++] = zero + rest;
        return;
      }
      three(rest);
      while (buffer[at - 1] === zero) at--;
    },
    integer(value) {
      room(20);
      if (value < 0) {
        buffer[at++] = minus;
        whole(-value);
      } else whole(value);
    },
    null() {
      room(4);
      buffer[at] = 0x6e;
      buffer[at + 1] = 0x75;
      buffer[at + 2] = 0x6c;
      buffer[at + 3] = 0x6c;
      at += 4;
    },
    pair(raw, isNull, scale, epochMs, isFirst) {
      room(64);
      if (!isFirst) buffer[at++] = comma;
      buffer[at++] = openBracket;
      if (isNull) {
        buffer[at] = 0x6e;
        buffer[at + 1] = 0x75;
        buffer[at + 2] = 0x6c;
        buffer[at + 3] = 0x6c;
        at += 4;
      } else {
        let value = raw;
        if (value < 0) {
          buffer[at++] = minus;
          value = -value;
        }
        if (scale === 1) whole(value);
        else {
          const high = (value / scale) | 0;
          whole(high);
          const rest = value - high * scale;
          if (rest !== 0) {
            buffer[at++] = point;
            buffer[at++] = zero + rest;
          }
        }
      }
      buffer[at++] = comma;
      const head = Math.floor(epochMs / 1_000_000);
      if (head < 1) {
        // Times of the first quarter of an hour of 1970, or before it.
        if (epochMs < 0) buffer[at++] = minus;
        whole(Math.abs(epochMs));
      } else {
        if (head !== timeHead) {
          timeHead = head;
          timeHeadText = new TextEncoder().encode(String(head));
        }
        for (let i = 0; i < timeHeadText.length; i++) buffer[at + i] = timeHeadText[i]!;
        at += timeHeadText.length;
        // Truncation by `| 0` keeps both in 32-bit integers: a third of the time of this function.
        const tail = (epochMs - head * 1_000_000) | 0;
        const thousands = (tail / 1000) | 0;
        three(thousands);
        three(tail - thousands * 1000);
      }
      buffer[at++] = closeBracket;
    },
    view: () => buffer.subarray(0, at),
    copy: () => Buffer.from(buffer.subarray(0, at)),
    reset() {
      at = 0;
    },
  };
}
