import { FieldType, cacheFieldDisplayNames, getFieldDisplayName, getFieldSeriesColor } from '@grafana/data';
import type { Field, PanelProps } from '@grafana/data';
import { useTheme2 } from '@grafana/ui';
import { LookAlike } from './look-alike.tsx';
import { NoData } from './no-data.tsx';

const legendPx = 84;
const edgePx = 12;

interface Series {
  readonly name: string;
  readonly colour: string;
  readonly isLine: boolean;
  readonly sizePx: number;
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** Points and lines over two numbers: a look-alike of Grafana's XY chart with automatic mapping (the first number of a frame is x). */
export function XyChartPanel(props: PanelProps<never>) {
  const { data, width, height } = props;
  const theme = useTheme2();
  cacheFieldDisplayNames(data.series);
  const series = data.series.flatMap((frame): Series[] => {
    const [x, ...ys] = frame.fields.filter(({ type }) => type === FieldType.number);
    return x === undefined
      ? []
      : ys.map((y) =>
          seriesOf(x, y, getFieldDisplayName(y, frame, data.series), getFieldSeriesColor(y, theme).color),
        );
  });
  const all = series.flatMap(({ points }) => points);
  if (series.length === 0) return <NoData {...props} />;
  const range = (at: 0 | 1): readonly [number, number] => {
    const values = all.map((point) => point[at]);
    return values.length === 0 ? [0, 1] : [Math.min(...values), Math.max(...values)];
  };
  const [[left, right], [bottom, top]] = [range(0), range(1)];
  return (
    <LookAlike width={width} height={height}>
      {(inner) => {
        const plotPx = width - legendPx;
        const xOf = (x: number): number =>
          edgePx + ((x - left) / (right - left || 1)) * (plotPx - 2 * edgePx);
        const yOf = (y: number): number =>
          inner - edgePx - ((y - bottom) / (top - bottom || 1)) * (inner - 2 * edgePx);
        return (
          <svg width={width} height={inner} fontSize={11} fill="#ccccdc">
            {series.map(({ name, colour, isLine, sizePx, points }) =>
              isLine ? (
                <polyline
                  key={name}
                  points={points.map(([x, y]) => `${xOf(x)},${yOf(y)}`).join(' ')}
                  fill="none"
                  stroke={colour}
                  strokeWidth={2}
                />
              ) : (
                points.map(([x, y]) => (
                  <circle key={name} cx={xOf(x)} cy={yOf(y)} r={sizePx / 2} fill={colour} />
                ))
              ),
            )}
            {series.map(({ name, colour }, i) => (
              <g
                key={name}
                transform={`translate(${plotPx + 4}, ${14 + i * Math.min(18, (inner - 14) / series.length)})`}
              >
                <rect y={-6} width={12} height={4} rx={2} fill={colour} />
                <text x={17}>{name}</text>
              </g>
            ))}
          </svg>
        );
      }}
    </LookAlike>
  );
}

function seriesOf(x: Field, y: Field, name: string, colour: string): Series {
  const { show, pointSize } = (y.config.custom ?? {}) as { show?: string; pointSize?: { fixed?: number } };
  const points = x.values.flatMap((value: unknown, row): (readonly [number, number])[] => {
    const other: unknown = y.values[row];
    return typeof value === 'number' && typeof other === 'number' ? [[value, other]] : [];
  });
  return { name, colour, isLine: show === 'lines', sizePx: pointSize?.fixed ?? 5, points };
}
