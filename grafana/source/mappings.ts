import type { ValueMapping } from '@grafana/grafana-foundation-sdk/dashboard';
import {
  MappingType,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard';

/** Texts and colours of values. */
export function valueMap(
  values: Readonly<Record<string, readonly [text: string, colour?: string]>>,
): ValueMapping {
  const options = Object.entries(values).map(([value, [text, color]], index) => [
    value,
    color === undefined ? { text, index } : { text, color, index },
  ]);
  return { type: MappingType.ValueToText, options: Object.fromEntries(options) };
}

/** Tyres in the colours of their side walls (`compound_code`). */
export const compoundMap = valueMap({
  '1': ['S', '#da291c'],
  '2': ['M', '#ffd12e'],
  '3': ['H', '#d0d0d6'],
  '4': ['I', '#43b02a'],
  '5': ['W', '#0067ad'],
  '6': ['?', '#808088'],
});

/** Names of severities in the colours of the page. */
export const severityMap = valueMap({
  high: ['high', '#f2495c'],
  medium: ['medium', '#ff9830'],
  low: ['low', '#5794f2'],
});

/** Flags of race control. */
export const flagMap = valueMap({
  GREEN: ['green', '#43b02a'],
  CLEAR: ['clear', '#43b02a'],
  YELLOW: ['yellow', '#ffd12e'],
  'DOUBLE YELLOW': ['double yellow', '#ffb000'],
  RED: ['red', '#f2495c'],
  BLUE: ['blue', '#3671c6'],
  CHEQUERED: ['chequered', '#d0d0d6'],
  'BLACK AND WHITE': ['black and white', '#808088'],
});

/** Words that say how good something is. */
export const verdictMap = valueMap({
  good: ['good', '#56d678'],
  fair: ['fair', '#ffd12e'],
  poor: ['poor', '#f2495c'],
  none: ['no data', '#808088'],
});

/** Status of the replay. */
export const replayMap = valueMap({
  playing: ['playing', '#56d678'],
  paused: ['paused', '#ffd12e'],
  holding: ['holding', '#ff9830'],
  loading: ['loading', '#5794f2'],
  ended: ['ended', '#808088'],
  stopped: ['stopped', '#808088'],
  failed: ['failed', '#f2495c'],
});

/** Absolute thresholds: the first colour from the bottom on, each other one from its value on. */
export function thresholds(
  base: string,
  ...steps: readonly (readonly [value: number, colour: string])[]
): ThresholdsConfigBuilder {
  return new ThresholdsConfigBuilder()
    .mode(ThresholdsMode.Absolute)
    .steps([{ value: null, color: base }, ...steps.map(([value, color]) => ({ value, color }))]);
}
