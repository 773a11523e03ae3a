import { isRecord } from './messages.ts';
import { TraceBuffer } from './trace-buffer.ts';
import type { TelemetryColumns } from './trace-buffer.ts';

/** Telemetry of the current (run, segment): one ring per driver. The message handler writes, drawing reads. */
export class TelemetryStore {
  /** Rises with every change, so that a frame with nothing new draws nothing. */
  version = 0;
  /** Session time of the newest row of any driver [s]; −Infinity when empty. */
  newestS = Number.NEGATIVE_INFINITY;
  /** Rows taken since the page was opened. */
  rows = 0;
  /** When rows last arrived, on the page's monotonic clock [ms]; null before the first. */
  lastRowAtMs: number | null = null;
  readonly #buffers = new Map<string, TraceBuffer>();
  readonly #capacity: number;

  /** `capacity`: rows kept per driver; 4,096 rows are 300 s at 7.6 rows/s with room to spare. */
  constructor(capacity = 4096) {
    this.#capacity = capacity;
  }

  buffer(driver: string): TraceBuffer | undefined {
    return this.#buffers.get(driver);
  }

  get drivers(): string[] {
    return [...this.#buffers.keys()];
  }

  /** Forgets everything: the segment changed. */
  clear(): void {
    this.#buffers.clear();
    this.newestS = Number.NEGATIVE_INFINITY;
    this.lastRowAtMs = null;
    this.version++;
  }

  /** Writes the `telemetry` object of a snapshot or delta; whatever is not columns is left out. */
  append(telemetry: unknown, nowMs: number): void {
    if (!isRecord(telemetry)) return;
    let added = 0;
    for (const [driver, columns] of Object.entries(telemetry)) {
      if (!isColumns(columns)) continue;
      let buffer = this.#buffers.get(driver);
      if (buffer === undefined) {
        // More than a grid of drivers is an odd message, not a race.
        if (this.#buffers.size >= 64) continue;
        buffer = new TraceBuffer(this.#capacity);
        this.#buffers.set(driver, buffer);
      }
      added += buffer.append(columns);
      if (buffer.newestS > this.newestS) this.newestS = buffer.newestS;
    }
    if (added === 0) return;
    this.rows += added;
    this.lastRowAtMs = nowMs;
    this.version++;
  }
}

/** What is in the columns is checked row by row. */
function isColumns(value: unknown): value is TelemetryColumns {
  return isRecord(value) && Array.isArray(value['s']);
}
