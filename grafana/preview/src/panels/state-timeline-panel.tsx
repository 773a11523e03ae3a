import { FieldType, cacheFieldDisplayNames, dateTimeFormat, getFieldDisplayName } from '@grafana/data';
import type { PanelProps } from '@grafana/data';
import { LookAlike } from './look-alike.tsx';
import { NoData } from './no-data.tsx';

const labelPx = 44;
const axisPx = 22;

/** States over time, one row a field: a look-alike of Grafana's state timeline. */
export function StateTimelinePanel(props: PanelProps<never>) {
  const { data, width, height, timeRange } = props;
  cacheFieldDisplayNames(data.series);
  const rows = data.series.flatMap((frame) => {
    const time = frame.fields.find(({ type }) => type === FieldType.time);
    if (time === undefined) return [];
    return frame.fields
      .filter((field) => field !== time)
      .map((field) => ({ name: getFieldDisplayName(field, frame, data.series), field, times: time.values }));
  });
  if (rows.length === 0) return <NoData {...props} />;
  const [fromMs, toMs] = [timeRange.from.valueOf(), timeRange.to.valueOf()];
  const xOf = (ms: number): number =>
    labelPx + ((Math.min(toMs, Math.max(fromMs, ms)) - fromMs) / (toMs - fromMs)) * (width - labelPx - 8);
  return (
    <LookAlike width={width} height={height}>
      {(inner) => {
        const rowPx = (inner - axisPx) / rows.length;
        return (
          <svg width={width} height={inner} fontSize={11} fill="#ccccdc">
            {rows.map(({ name, field, times }, row) => (
              <g key={name}>
                <text x={labelPx - 6} y={(row + 0.5) * rowPx + 4} textAnchor="end">
                  {name}
                </text>
                {runsOf(field.values, times, toMs).map(({ value, from, to }) => {
                  const shown = field.display!(value);
                  const [left, right] = [xOf(from), xOf(to)];
                  return right - left < 0.5 ? null : (
                    <g key={from}>
                      <rect
                        x={left}
                        y={row * rowPx + rowPx * 0.1}
                        width={right - left}
                        height={rowPx * 0.8}
                        fill={shown.color ?? '#5794f2'}
                        fillOpacity={0.85}
                      />
                      {right - left > 16 && (
                        <text
                          x={(left + right) / 2}
                          y={(row + 0.5) * rowPx + 4}
                          textAnchor="middle"
                          fill="#111217"
                        >
                          {shown.text}
                        </text>
                      )}
                    </g>
                  );
                })}
              </g>
            ))}
            {ticksOf(fromMs, toMs).map((ms) => (
              <text key={ms} x={xOf(ms)} y={inner - 6} textAnchor="middle" fillOpacity={0.75}>
                {dateTimeFormat(ms, { format: 'HH:mm', timeZone: 'utc' })}
              </text>
            ))}
          </svg>
        );
      }}
    </LookAlike>
  );
}

interface Run {
  readonly value: unknown;
  readonly from: number;
  readonly to: number;
}

/** Stretches of one value; missing ones end a stretch. */
function runsOf(values: readonly unknown[], times: readonly number[], toMs: number): Run[] {
  const runs: { value: unknown; from: number; to: number }[] = [];
  values.forEach((value, i) => {
    const last = runs.at(-1);
    if (last !== undefined) last.to = times[i]!;
    if (last === undefined || last.value !== value) runs.push({ value, from: times[i]!, to: toMs });
  });
  return runs.filter(({ value }) => value !== null && value !== undefined);
}

function ticksOf(fromMs: number, toMs: number): number[] {
  const stepMs =
    [1, 2, 5, 10, 15, 30, 60, 120]
      .map((minutes) => minutes * 60_000)
      .find((ms) => (toMs - fromMs) / ms <= 8) ?? 7_200_000;
  const ticks: number[] = [];
  for (let ms = Math.ceil(fromMs / stepMs) * stepMs; ms <= toMs; ms += stepMs) ticks.push(ms);
  return ticks;
}
