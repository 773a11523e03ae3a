import { channels } from '../../domain/channels.ts';
import { badRequest } from '../http/http-error.ts';
import { valuesOf } from '../http/request-values.ts';
import type { BridgeState } from '../ingest/bridge-state.ts';
import { annotationSources } from './annotations.ts';
import { filterKeys } from './filters.ts';
import { findDriver, metricNames } from './query-engine.ts';
import { refusing, select } from './select.ts';
import { checkReplaced } from './selection.ts';

/** One choice of a drop-down list; values of a list are unique, and so are labels. */
export interface Choice {
  readonly label: string;
  readonly value: string;
}

/** A field of the query builder beside the metric. */
export interface PayloadField {
  readonly label: string;
  readonly name: string;
  readonly type: 'select' | 'multi-select';
  readonly placeholder: string;
  /** False: no choice changes which metrics or fields there are. */
  readonly reloadMetric: boolean;
  /** Multiple of 8 px. */
  readonly width: number;
  /** Absent: asked for when the list is opened. */
  readonly options?: readonly Choice[];
}

/** A metric of the query builder with its fields. */
export interface MetricChoice extends Choice {
  readonly payloads: readonly PayloadField[];
}

const severities = ['high', 'medium', 'low'];
const formats: readonly Choice[] = [
  { label: 'Time series', value: 'series' },
  { label: 'Table', value: 'table' },
  { label: 'Data frame', value: 'frame' },
];
const noMoreLoading = { reloadMetric: false } as const;

/** Metrics with the fields of the query builder: every channel, then what happened. */
export function metricChoices(state: BridgeState): MetricChoice[] {
  const driver: PayloadField = {
    label: 'Driver',
    name: 'driver',
    type: 'multi-select',
    placeholder: 'All drivers',
    width: 40,
    options: driverChoices(state),
    ...noMoreLoading,
  };
  const lap: PayloadField = {
    label: 'Lap',
    name: 'lap',
    type: 'select',
    placeholder: 'Every lap of the range',
    width: 24,
    ...noMoreLoading,
  };
  const format: PayloadField = {
    label: 'Format',
    name: 'format',
    type: 'select',
    placeholder: 'Time series',
    width: 20,
    options: formats,
    ...noMoreLoading,
  };
  const several = (label: string, name: string, values: readonly string[]): PayloadField => ({
    label,
    name,
    type: 'multi-select',
    placeholder: 'All',
    width: 32,
    options: values.map(plain),
    ...noMoreLoading,
  });
  const alertFields = [
    driver,
    several('Severity', 'severity', severities),
    several('Type', 'alert_type', alertTypes(state)),
  ];
  return [
    ...channels.map(({ label, wireName }) => ({ label, value: wireName, payloads: [driver, lap, format] })),
    ...[...annotationSources.keys()].map((name) => ({
      label: name === 'alerts' ? 'Alerts' : 'Replay events',
      value: name,
      payloads: name === 'alerts' ? alertFields : [],
    })),
  ];
}

/** Choices of one field of the query builder: laps of the drivers chosen, newest first; none of a field not known. */
export function payloadChoices(state: BridgeState, name: unknown, payload: unknown): readonly Choice[] {
  if (name === 'lap') {
    const { driver, drivers } = valuesOf(payload);
    return lapsHeld(state, select(driver ?? drivers)).map((lap) => ({
      label: `Lap ${lap}`,
      value: String(lap),
    }));
  }
  if (name === 'format') return formats;
  return name === 'driver' || name === 'severity' || name === 'alert_type' ? filterValues(state, name) : [];
}

/** Numbers of the laps whose rows are held, of the drivers named or of all, newest first. */
function lapsHeld({ points }: BridgeState, names: readonly string[] | null): number[] {
  const drivers = names?.flatMap((name) => findDriver(points, name) ?? []) ?? points.drivers;
  const laps = new Set<number>();
  for (const { buffer } of new Set(drivers)) {
    for (let row = buffer.first; row < buffer.appended; row++) {
      const lap = buffer.lap[row % buffer.capacity]!;
      if (lap > 0) laps.add(lap);
    }
  }
  return [...laps].sort((a, b) => b - a);
}

/** Values of an ad-hoc filter. */
export function filterValues(state: BridgeState, key: (typeof filterKeys)[number]): readonly Choice[] {
  if (key === 'driver') return driverChoices(state);
  return (key === 'severity' ? severities : alertTypes(state)).map(plain);
}

/** What a dashboard variable can hold. */
const variables: Readonly<Record<string, (state: BridgeState, payload: unknown) => readonly Choice[]>> = {
  drivers: driverChoices,
  metrics: () => metricNames.map(plain),
  severities: () => severities.map(plain),
  alert_types: (state) => alertTypes(state).map(plain),
  laps: (state, payload) => payloadChoices(state, 'lap', payload),
};

/**
 * Values of a dashboard variable by its query: `drivers` (also when there is none), `metrics`, `severities`, `alert_types`, or
 * `laps` of the `driver` in the payload.
 * @throws {HttpError} 400 for any other query
 */
export function variableChoices(state: BridgeState, payload: unknown): readonly Choice[] {
  const target = typeof payload === 'string' ? payload : (valuesOf(payload)['target'] ?? '');
  if (typeof target === 'string') {
    refusing(() => checkReplaced(target));
    const name = target.trim().toLowerCase() || 'drivers';
    const choices = Object.hasOwn(variables, name) ? variables[name] : undefined;
    if (choices !== undefined) return choices(state, payload);
  }
  throw badRequest(
    `Cannot list values of ${String(JSON.stringify(target)).slice(0, 60)}`,
    `Variables are: ${Object.keys(variables).join(', ')}`,
  );
}

/** Names that contain a text: metrics, or with a dot `VER.speed` …; of a variable's query its values. */
export function searchNames(
  state: BridgeState,
  target: unknown,
): readonly string[] | readonly { readonly text: string; readonly value: string }[] {
  const text = typeof target === 'string' ? target.trim().toLowerCase() : '';
  refusing(() => checkReplaced(text));
  const query = text === 'driver' ? 'drivers' : text;
  if (query !== '' && Object.hasOwn(variables, query)) {
    return variableChoices(state, query).map(({ label, value }) => ({ text: label, value }));
  }
  const names = [...metricNames, ...annotationSources.keys()];
  if (!text.includes('.')) return names.filter((name) => name.includes(text));
  return driverChoices(state)
    .flatMap(({ value }) => metricNames.map((name) => `${value}.${name}`))
    .filter((name) => name.toLowerCase().includes(text));
}

/** Drivers of the session, those with telemetry alone last; a name that two of them have gets the code behind it. */
function driverChoices({ race, points }: BridgeState): Choice[] {
  const names = new Map(race.drivers.map(({ code, name }) => [code, name || code]));
  for (const { driver } of points.drivers) if (!names.has(driver)) names.set(driver, driver);
  const seen = new Map<string, number>();
  for (const name of names.values()) seen.set(name, (seen.get(name) ?? 0) + 1);
  return [...names].map(([value, name]) => ({
    label: seen.get(name) === 1 ? name : `${name} (${value})`,
    value,
  }));
}

function alertTypes({ alerts }: BridgeState): string[] {
  const known = ['high_speed', 'drs_status_change', 'brake_temperature'];
  return [...new Set([...known, ...Object.keys(alerts.summary().by_type)])];
}

function plain(value: string): Choice {
  return { label: value, value };
}
