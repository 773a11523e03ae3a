import { FieldType, cacheFieldDisplayNames } from '@grafana/data';
import type { DataFrame, Field } from '@grafana/data';

/** Frames as Grafana's graphs take them: a time and numbers, truth values as 0 and 1; null when none is left. */
export function graphable(series: readonly DataFrame[]): DataFrame[] | null {
  cacheFieldDisplayNames([...series]);
  const frames = series.flatMap((frame) => {
    const time = frame.fields.find(({ type }) => type === FieldType.time);
    const values = frame.fields.filter(({ type }) => type === FieldType.number || type === FieldType.boolean);
    if (time === undefined || values.length === 0 || frame.length === 0) return [];
    return [{ ...frame, fields: [time, ...values.map(asNumber)] }];
  });
  return frames.length === 0 ? null : frames;
}

function asNumber(field: Field): Field {
  const custom = { ...field.config.custom };
  const config = { ...field.config, custom };
  if (field.type === FieldType.number) return { ...field, config };
  return {
    ...field,
    config: { ...config, max: 1, min: 0 },
    type: FieldType.number,
    values: field.values.map((value) => (value === null ? null : Number(value))),
  };
}
