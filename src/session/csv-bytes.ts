const comma = 0x2c;
const minus = 0x2d;
const dot = 0x2e;
const zero = 0x30;
const dayMs = 86_400_000;
const powers = [1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 1e7, 1e8, 1e9] as const;

/** Text as a CSV field (RFC 4180): quoted when it holds a comma, a quote or a line break. */
export function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Writes CSV values as bytes into one buffer that is emptied by its owner. Nothing is allocated per value. */
export class CsvBytes {
  readonly buffer: Buffer;
  length = 0;
  #day = Number.NaN;
  #dayText = Buffer.alloc(11);

  constructor(bytes: number) {
    this.buffer = Buffer.allocUnsafeSlow(bytes);
  }

  comma(): void {
    this.buffer[this.length++] = comma;
  }

  /** Ends a line; takes the place of the comma after its last field. */
  endLine(): void {
    this.buffer[this.length - 1] = 0x0a;
  }

  bytes(source: Uint8Array): void {
    for (let i = 0; i < source.length; i++) this.buffer[this.length++] = source[i]!;
  }

  /** The shortest text of `value` rounded to `decimals` places (at most 9). */
  number(value: number, decimals: number): void {
    let whole = Math.abs(value);
    if (!(whole < 2_147_483_647)) {
      this.bytes(Buffer.from(String(value)));
      return;
    }
    const isNegative = value < 0;
    let fraction = 0;
    const floor = Math.floor(whole);
    if (floor !== whole && decimals > 0) {
      fraction = Math.round((whole - floor) * powers[decimals]!);
      whole = floor;
      if (fraction === powers[decimals]!) {
        whole++;
        fraction = 0;
      }
    } else if (floor !== whole) {
      whole = Math.round(whole);
    }
    if (isNegative && (whole !== 0 || fraction !== 0)) this.buffer[this.length++] = minus;
    this.#digits(whole);
    if (fraction === 0) return;
    let places = decimals;
    while (fraction % 10 === 0) {
      fraction = (fraction / 10) | 0;
      places--;
    }
    this.buffer[this.length] = dot;
    this.#padded(fraction, places, this.length + 1);
    this.length += places + 1;
  }

  /** ISO 8601 in UTC with milliseconds. */
  timestamp(epochMs: number): void {
    const day = Math.floor(epochMs / dayMs);
    if (day !== this.#day) {
      this.#day = day;
      this.#dayText = Buffer.from(new Date(day * dayMs).toISOString().slice(0, -13));
    }
    this.bytes(this.#dayText);
    const rest = epochMs - day * dayMs;
    const at = this.length;
    const { buffer } = this;
    this.#padded((rest / 3_600_000) | 0, 2, at);
    buffer[at + 2] = 0x3a;
    this.#padded(((rest / 60_000) | 0) % 60, 2, at + 3);
    buffer[at + 5] = 0x3a;
    this.#padded(((rest / 1000) | 0) % 60, 2, at + 6);
    buffer[at + 8] = dot;
    this.#padded(rest % 1000, 3, at + 9);
    buffer[at + 12] = 0x5a;
    this.length += 13;
  }

  #digits(value: number): void {
    let places = 1;
    for (let limit = 10; value >= limit; limit *= 10) places++;
    this.#padded(value, places, this.length);
    this.length += places;
  }

  #padded(value: number, places: number, at: number): void {
    let rest = value | 0;
    for (let i = at + places - 1; i >= at; i--) {
      const next = (rest / 10) | 0;
      this.buffer[i] = zero + rest - next * 10;
      rest = next;
    }
  }
}
