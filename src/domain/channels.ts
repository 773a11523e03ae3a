/** How a channel is filled between samples when car and position data are merged. */
export type Interpolation = 'linear' | 'quadratic' | 'fill' | 'derived';

/** One telemetry channel: the single table that codec, exports, bridge, page and docs are derived from. */
export interface Channel {
  /** Name inside the program, unit included; also the column of `DriverTable`. */
  readonly name: string;
  /** Field of the wire message, metric name of the bridge. */
  readonly wireName: string;
  /** Column of CSV and Parquet exports: FastF1's own name; null for channels FastF1 does not have. */
  readonly fastf1Name: string | null;
  readonly label: string;
  /** Unit as shown; '' for codes and counts. */
  readonly unit: string;
  readonly kind: 'continuous' | 'discrete';
  readonly interpolation: Interpolation;
  readonly storage: 'f32' | 'u8' | 'u16';
  readonly parquetType: 'FLOAT' | 'DOUBLE' | 'INT32' | 'BOOLEAN' | 'STRING';
  /** Decimal places on the wire. */
  readonly decimals: number;
  /** Possible range, inclusive; a wire value outside is implausible and set aside. */
  readonly min: number;
  readonly max: number;
  /** Line colour in charts where the channel (not the driver) is the subject. */
  readonly colour: string;
  /** Computed by the bridge, not on the wire. */
  readonly derived: boolean;
}

const wire = { derived: false } as const;
const computed = { derived: true, fastf1Name: null, interpolation: 'derived' } as const;

/** Every channel, in the order of the wire message; derived channels last. */
export const channels = [
  {
    name: 'speedKmh',
    wireName: 'speed',
    fastf1Name: 'Speed',
    label: 'Speed',
    unit: 'km/h',
    kind: 'continuous',
    interpolation: 'linear',
    storage: 'f32',
    parquetType: 'FLOAT',
    decimals: 1,
    min: 0,
    max: 450,
    colour: '#3671c6',
    ...wire,
  },
  {
    name: 'rpm',
    wireName: 'rpm',
    fastf1Name: 'RPM',
    label: 'Engine speed',
    unit: 'rpm',
    kind: 'continuous',
    interpolation: 'linear',
    storage: 'f32',
    parquetType: 'FLOAT',
    decimals: 0,
    min: 0,
    max: 20000,
    colour: '#e8002d',
    ...wire,
  },
  {
    name: 'throttlePct',
    wireName: 'throttle',
    fastf1Name: 'Throttle',
    label: 'Throttle',
    unit: '%',
    kind: 'continuous',
    interpolation: 'linear',
    storage: 'f32',
    parquetType: 'FLOAT',
    decimals: 1,
    min: 0,
    max: 100,
    colour: '#27f4d2',
    ...wire,
  },
  {
    name: 'brake',
    wireName: 'brake',
    fastf1Name: 'Brake',
    label: 'Brake',
    unit: '',
    kind: 'discrete',
    interpolation: 'fill',
    storage: 'u8',
    parquetType: 'BOOLEAN',
    decimals: 0,
    min: 0,
    max: 1,
    colour: '#ff8000',
    ...wire,
  },
  {
    name: 'gear',
    wireName: 'gear',
    fastf1Name: 'nGear',
    label: 'Gear',
    unit: '',
    kind: 'discrete',
    interpolation: 'fill',
    storage: 'u8',
    parquetType: 'INT32',
    decimals: 0,
    min: 0,
    max: 8,
    colour: '#b6babd',
    ...wire,
  },
  {
    name: 'drs',
    wireName: 'drs',
    fastf1Name: 'DRS',
    label: 'DRS code',
    unit: '',
    kind: 'discrete',
    interpolation: 'fill',
    storage: 'u8',
    parquetType: 'INT32',
    decimals: 0,
    min: 0,
    max: 255,
    colour: '#64c4ff',
    ...wire,
  },
  {
    name: 'x',
    wireName: 'x',
    fastf1Name: 'X',
    label: 'X',
    unit: '1/10 m',
    kind: 'continuous',
    interpolation: 'quadratic',
    storage: 'f32',
    parquetType: 'FLOAT',
    decimals: 0,
    min: -200000,
    max: 200000,
    colour: '#229971',
    ...wire,
  },
  {
    name: 'y',
    wireName: 'y',
    fastf1Name: 'Y',
    label: 'Y',
    unit: '1/10 m',
    kind: 'continuous',
    interpolation: 'quadratic',
    storage: 'f32',
    parquetType: 'FLOAT',
    decimals: 0,
    min: -200000,
    max: 200000,
    colour: '#229971',
    ...wire,
  },
  {
    name: 'z',
    wireName: 'z',
    fastf1Name: 'Z',
    label: 'Z',
    unit: '1/10 m',
    kind: 'continuous',
    interpolation: 'quadratic',
    storage: 'f32',
    parquetType: 'FLOAT',
    decimals: 0,
    min: -200000,
    max: 200000,
    colour: '#229971',
    ...wire,
  },
  {
    name: 'distanceM',
    wireName: 'distance',
    fastf1Name: 'Distance',
    label: 'Distance in lap',
    unit: 'm',
    kind: 'continuous',
    interpolation: 'derived',
    storage: 'f32',
    parquetType: 'FLOAT',
    decimals: 1,
    min: 0,
    max: 1000000,
    colour: '#6692ff',
    ...wire,
  },
  {
    name: 'expectedSpeedKmh',
    wireName: 'expected_speed',
    label: 'Expected speed (estimate from engine speed and gear)',
    unit: 'km/h',
    kind: 'continuous',
    storage: 'f32',
    parquetType: 'FLOAT',
    decimals: 1,
    min: 0,
    max: 450,
    colour: '#8fb4ff',
    ...computed,
  },
  {
    name: 'wheelSpinPct',
    wireName: 'wheel_spin',
    label: 'Apparent wheel spin (estimate)',
    unit: '%',
    kind: 'continuous',
    storage: 'f32',
    parquetType: 'FLOAT',
    decimals: 1,
    min: 0,
    max: 1000,
    colour: '#f596c8',
    ...computed,
  },
  {
    name: 'gearAnomaly',
    wireName: 'gear_anomaly',
    label: 'Gear anomaly (0 none, 1 lugging, 2 over-revving, 3 neutral at speed)',
    unit: '',
    kind: 'discrete',
    storage: 'u8',
    parquetType: 'INT32',
    decimals: 0,
    min: 0,
    max: 3,
    colour: '#c92d4b',
    ...computed,
  },
  {
    name: 'brakeTempModelC',
    wireName: 'brake_temp_model',
    label: 'Front brake disc surface (model, not measured)',
    unit: '°C',
    kind: 'continuous',
    storage: 'f32',
    parquetType: 'FLOAT',
    decimals: 0,
    min: 0,
    max: 2000,
    colour: '#ff5733',
    ...computed,
  },
] as const satisfies readonly Channel[];

/** Name of a channel in the `f1-telemetry` message. */
export type WireName = (typeof channels)[number]['wireName'];

/** Channels carried by the `f1-telemetry` message. */
export const wireChannels: readonly Channel[] = channels.filter((channel) => !channel.derived);

const byWireName = new Map<string, Channel>(channels.map((channel) => [channel.wireName, channel]));

/** Channel of a wire name (`speed`), or undefined. `n_gear` is an alias of `gear`. */
export function channelByWireName(wireName: string): Channel | undefined {
  return byWireName.get(wireName === 'n_gear' ? 'gear' : wireName);
}
