import { dayEpochMs } from './instant.ts';

/**
 * Reads canonical JSON text byte by byte. Any surprise sets `failed`; callers check it at the end of a step and fall
 * back to `JSON.parse`. Allocates nothing.
 */
export class ByteScanner {
  bytes: Uint8Array = new Uint8Array(0);
  at = 0;
  failed = false;
  #dayKey = -1;
  #dayUs = 0;

  start(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.at = 0;
    this.failed = false;
  }

  /** Steps over exactly these bytes. */
  literal(expected: Uint8Array): void {
    const bytes = this.bytes;
    const at = this.at;
    const length = expected.length;
    for (let i = 0; i < length; i++) {
      if (bytes[at + i] !== expected[i]) {
        this.failed = true;
        return;
      }
    }
    this.at = at + length;
  }

  /** Steps over the byte when it is next. */
  skip(byte: number): boolean {
    if (this.bytes[this.at] !== byte) return false;
    this.at++;
    return true;
  }

  /** An unsigned integer of at most nine digits without leading zeros. */
  unsigned(): number {
    const bytes = this.bytes;
    const start = this.at;
    let at = start;
    let value = 0;
    let next = bytes[at]!;
    while (next >= 48 && next <= 57) {
      value = value * 10 + next - 48;
      next = bytes[++at]!;
    }
    const digits = at - start;
    if (digits === 0 || digits > 9 || (digits > 1 && bytes[start] === 48)) this.failed = true;
    this.at = at;
    return value;
  }

  /** A signed integer. */
  signed(): number {
    return this.skip(45) ? -this.unsigned() : this.unsigned();
  }

  /** `2023-05-28T13:00:00.1234567Z` without quotes as epoch µs, cut to µs. */
  instantUs(): number {
    const dateKey = this.#digits(4) * 10_000;
    this.#expect(45);
    const monthKey = this.#digits(2) * 100;
    this.#expect(45);
    const key = dateKey + monthKey + this.#digits(2);
    this.#expect(84);
    const hours = this.#digits(2);
    this.#expect(58);
    const minutes = this.#digits(2);
    this.#expect(58);
    const seconds = this.#digits(2);
    let micros = 0;
    if (this.skip(46)) micros = this.#fractionUs();
    this.#expect(90);
    if (this.failed || hours > 23 || minutes > 59 || seconds > 59) this.failed = true;
    if (this.failed) return 0;
    if (key !== this.#dayKey) {
      const midnight = dayEpochMs(Math.floor(key / 10_000), Math.floor(key / 100) % 100, key % 100);
      if (Number.isNaN(midnight)) {
        this.failed = true;
        return 0;
      }
      this.#dayKey = key;
      this.#dayUs = midnight * 1000;
    }
    return this.#dayUs + ((hours * 60 + minutes) * 60 + seconds) * 1_000_000 + micros;
  }

  #fractionUs(): number {
    let micros = 0;
    let digits = 0;
    for (;;) {
      const next = this.bytes[this.at]!;
      if (!(next >= 48 && next <= 57)) break;
      if (digits < 6) micros = micros * 10 + next - 48;
      digits++;
      this.at++;
    }
    if (digits === 0 || digits > 9) this.failed = true;
    for (; digits < 6; digits++) micros *= 10;
    return micros;
  }

  #digits(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++) {
      const next = this.bytes[this.at]!;
      if (!(next >= 48 && next <= 57)) {
        this.failed = true;
        return 0;
      }
      value = value * 10 + next - 48;
      this.at++;
    }
    return value;
  }

  #expect(byte: number): void {
    if (this.bytes[this.at] === byte) this.at++;
    else this.failed = true;
  }
}

/** Bytes of an ASCII text, for `ByteScanner.literal`. */
export function asciiBytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
