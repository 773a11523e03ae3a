import { createTelemetryRow, type TelemetryRow } from '../domain/telemetry-row.ts';

/** A row of its own that takes over the values of the scratch row the reader reuses. */
export function copyRow(): { readonly row: TelemetryRow; take(from: TelemetryRow): void } {
  const row = createTelemetryRow();
  return {
    row,
    take(from) {
      row.timestampMs = from.timestampMs;
      row.originalMs = from.originalMs;
      row.driver = from.driver;
      row.driverNumber = from.driverNumber;
      row.sessionMs = from.sessionMs;
      row.lapNumber = from.lapNumber;
    },
  };
}
