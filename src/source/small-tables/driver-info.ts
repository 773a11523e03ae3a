import { feedEntries, isFeedObject } from '../../domain/feed-shape.ts';
import type { SmallTable } from '../../domain/small-table.ts';
import { toText } from '../timing/feed-values.ts';
import type { DriverInfo } from './results-table.ts';

/** New numbers, and any patch, after an hour belong to what the stream carries next (FastF1's rule). */
const lateMs = 3_600_000;
const keys = [
  'RacingNumber',
  'BroadcastName',
  'FullName',
  'Tla',
  'Line',
  'TeamName',
  'TeamColour',
  'FirstName',
  'LastName',
  'Reference',
  'HeadshotUrl',
  'CountryCode',
] as const;

/** Collects the driver list with all its fields. */
export interface DriverInfoReader {
  accept(stampMs: number, data: unknown): void;
  /** Cars in the order of their first `Line`. */
  drivers(): DriverInfo[];
  table(): SmallTable | null;
}

/** Creates a collector of DriverList. */
export function createDriverInfo(): DriverInfoReader {
  const entries = new Map<string, Record<string, string>>();
  const firstLine = new Map<string, number>();

  function ordered(): [string, Record<string, string>][] {
    return [...entries].sort(([a], [b]) => (firstLine.get(a) ?? 1000) - (firstLine.get(b) ?? 1000));
  }

  return {
    accept(stampMs, data) {
      if (stampMs > lateMs) return;
      for (const [key, patch] of feedEntries(data)) {
        if (!isFeedObject(patch)) continue;
        let entry = entries.get(key);
        if (entry === undefined) entries.set(key, (entry = {}));
        for (const field of keys) if (patch[field] !== undefined) entry[field] = toText(patch[field]);
        const line = Number(entry['Line']);
        if (line > 0 && !firstLine.has(key)) firstLine.set(key, line);
      }
    },
    drivers: () =>
      ordered().map(([key, entry]) => ({
        number: entry['RacingNumber'] || key,
        broadcastName: entry['BroadcastName'] ?? null,
        code: entry['Tla'] ?? null,
        team: entry['TeamName'] ?? null,
        teamColour: entry['TeamColour'] ?? null,
        firstName: entry['FirstName'] ?? null,
        lastName: entry['LastName'] ?? null,
        headshotUrl: entry['HeadshotUrl'] ?? null,
        countryCode: entry['CountryCode'] ?? null,
      })),
    table() {
      const cars = ordered();
      if (cars.length === 0) return null;
      return {
        name: 'driver_info',
        columns: keys.map((name) => ({ name, kind: name === 'Line' ? 'integer' : 'text', unit: '' })),
        rows: cars.map(([, entry]) =>
          keys.map((name) => {
            const value = entry[name];
            if (value === undefined) return null;
            return name === 'Line' ? Number(value) : value;
          }),
        ),
      };
    },
  };
}
