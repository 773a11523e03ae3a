export { implausibleReason, isPlausible } from './plausible.ts';
export { readTelemetry } from './telemetry-reader.ts';
export { telemetryRowAt } from './telemetry-row-at.ts';
export { maxTelemetryBytes, writeTelemetry } from './telemetry-writer.ts';
