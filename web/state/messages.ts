import type { AlertMessage, ReplayState } from '../../src/domain/messages.ts';

/** Where a message belongs. */
export interface Identity {
  readonly run: string;
  readonly segment: number;
}

/** A message of the bridge after its outer shape was checked; what is inside is checked where it is used. */
export type ServerMessage =
  | {
      readonly op: 'hello';
      readonly identity: Identity | null;
      readonly broker: BrokerLabel;
      readonly simulated: boolean;
      readonly heartbeatS: number | null;
      readonly version: string;
    }
  | {
      readonly op: 'snapshot';
      /** Null before the first record of any run. */
      readonly identity: Identity | null;
      readonly replay: ReplayState | null;
      readonly timing: unknown;
      readonly alerts: readonly AlertMessage[];
      readonly telemetry: unknown;
    }
  | {
      readonly op: 'delta';
      readonly identity: Identity;
      readonly telemetry: unknown;
      readonly dropped: number;
    }
  | { readonly op: 'timing'; readonly identity: Identity; readonly events: readonly object[] }
  | { readonly op: 'alerts'; readonly identity: Identity; readonly alerts: readonly AlertMessage[] }
  | { readonly op: 'replay'; readonly state: ReplayState }
  | {
      readonly op: 'health';
      readonly status: string;
      readonly reasons: readonly string[];
      readonly viewers: number;
    }
  | { readonly op: 'pong' }
  | { readonly op: 'error'; readonly error: string; readonly code: string; readonly hint: string };

export interface BrokerLabel {
  readonly kind: string;
  readonly address: string;
}

/** Reads one text frame; null for what is not a message of PROTOCOL §8. Never throws. */
export function parseServerMessage(text: string): ServerMessage | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isRecord(value)) return null;
  const identity = readIdentity(value);
  switch (value['op']) {
    case 'hello':
      return {
        op: 'hello',
        identity,
        broker: readBroker(value['broker']),
        simulated: value['simulated'] === true,
        heartbeatS: readNumber(value['heartbeat_s']),
        version: readText(value['version']),
      };
    case 'snapshot':
      return {
        op: 'snapshot',
        identity,
        replay: readReplay(value['replay']),
        timing: value['timing'],
        alerts: readAlerts(value['alerts']),
        telemetry: value['telemetry'],
      };
    case 'delta':
      return (
        identity && {
          op: 'delta',
          identity,
          telemetry: value['telemetry'],
          dropped: readNumber(value['dropped']) ?? 0,
        }
      );
    case 'timing':
      return identity && { op: 'timing', identity, events: readObjects(value['events']) };
    case 'alerts':
      return identity && { op: 'alerts', identity, alerts: readAlerts(value['alerts']) };
    case 'replay': {
      const state = readReplay(value['state']);
      return state && { op: 'replay', state };
    }
    case 'health':
      return {
        op: 'health',
        status: readText(value['status']),
        reasons: Array.isArray(value['reasons']) ? value['reasons'].map(String) : [],
        viewers: readNumber(value['viewers']) ?? 1,
      };
    case 'pong':
      return { op: 'pong' };
    case 'error':
      return {
        op: 'error',
        error: readText(value['error']),
        code: readText(value['code']),
        hint: readText(value['hint']),
      };
    default:
      return null;
  }
}

/** True for a JSON object (not null, not an array). */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A finite number, or null. */
export function readNumber(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** A string, '' for anything else. */
export function readText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function readIdentity(value: Readonly<Record<string, unknown>>): Identity | null {
  const run = readText(value['run']);
  const segment = readNumber(value['segment']);
  return run === '' || segment === null ? null : { run, segment };
}

function readBroker(value: unknown): BrokerLabel {
  if (typeof value === 'string') return { kind: value, address: '' };
  if (!isRecord(value)) return { kind: '', address: '' };
  return { kind: readText(value['kind']), address: readText(value['address']) || readText(value['label']) };
}

/** List or index map of objects: `[a, b]` and `{"0": a, "1": b}` are the same to us. */
function readObjects(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  if (Array.isArray(value)) return value.filter(isRecord);
  return isRecord(value) ? Object.values(value).filter(isRecord) : [];
}

const statuses = new Set(['loading', 'playing', 'paused', 'holding', 'ended', 'stopped', 'failed']);

/** A state whose fields that the page calculates with are numbers or null; the rest is only shown. */
function readReplay(value: unknown): ReplayState | null {
  if (!isReplay(value)) return null;
  const read: Readonly<Record<string, unknown>> = value;
  return {
    ...value,
    segment: readNumber(read['segment']) ?? 0,
    session_time: readNumber(read['session_time']),
    start: readNumber(read['start']),
    end: readNumber(read['end']),
    lights_out: readNumber(read['lights_out']),
    lap_number: readNumber(read['lap_number']),
    total_laps: readNumber(read['total_laps']),
    speed: readNumber(read['speed']) ?? 1,
    title: readText(read['title']),
    source: readText(read['source']),
    drivers: Array.isArray(read['drivers']) ? read['drivers'].map(String) : [],
    loading: isRecord(read['loading']) ? value.loading : null,
  };
}

function isReplay(value: unknown): value is ReplayState & Readonly<Record<string, unknown>> {
  return isRecord(value) && statuses.has(readText(value['status'])) && typeof value['run'] === 'string';
}

function readAlerts(value: unknown): readonly AlertMessage[] {
  return readObjects(value).filter((item): item is typeof item & AlertMessage => isAlert(item));
}

function isAlert(value: Readonly<Record<string, unknown>>): boolean {
  const get = (key: string): unknown => value[key];
  return (
    typeof get('alert_id') === 'string' &&
    typeof get('alert_type') === 'string' &&
    (get('state') === 'open' || get('state') === 'closed') &&
    readNumber(get('started_at')) !== null
  );
}
