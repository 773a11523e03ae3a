import { keptChannels } from '../state/trace-buffer.ts';
import type { KeptChannel } from '../state/trace-buffer.ts';
import type { TelemetryStore } from '../state/telemetry-store.ts';

let cells: HTMLCollectionOf<Element> | null = null;

/**
 * Writes the newest value, or the one under the cursor, into every element of class `live` (`data-driver`,
 * `data-channel`; `data-now` ignores the cursor). Touches the document only where a text changed.
 */
export function updateLiveValues(document: Document, store: TelemetryStore, cursorS: number | null): void {
  cells ??= document.getElementsByClassName('live');
  for (const cell of cells) {
    if (!(cell instanceof HTMLElement)) continue;
    const { driver = '', channel = '', now } = cell.dataset;
    const text = textOf(store, driver, channel, now === undefined ? cursorS : null);
    if (cell.textContent !== text) cell.textContent = text;
  }
}

function textOf(store: TelemetryStore, driver: string, channel: string, cursorS: number | null): string {
  const buffer = store.buffer(driver);
  if (buffer === undefined || buffer.end === 0 || !isKept(channel)) return '–';
  const index = cursorS === null ? buffer.end - 1 : buffer.rowAt(cursorS);
  if (index < 0) return '–';
  const value = buffer.value(channel, index);
  if (Number.isNaN(value)) return '–';
  if (channel === 'brake') return value > 0 ? 'ON' : 'off';
  if (channel === 'gear') return value === 0 ? 'N' : String(value);
  return String(Math.round(value));
}

function isKept(channel: string): channel is KeptChannel {
  const names: readonly string[] = keptChannels;
  return names.includes(channel);
}
