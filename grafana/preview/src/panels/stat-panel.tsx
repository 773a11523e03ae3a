import { getDisplayValueAlignmentFactors, getFieldDisplayValues } from '@grafana/data';
import type { DisplayValueAlignmentFactors, FieldDisplay, PanelProps } from '@grafana/data';
import { BigValue, VizRepeater, useTheme2 } from '@grafana/ui';

/** Grafana's own big values. */
export function StatPanel({
  data,
  options,
  fieldConfig,
  replaceVariables,
  timeZone,
  width,
  height,
  renderCounter,
}: PanelProps<never>) {
  const theme = useTheme2();
  const stat = options as Readonly<Record<string, never>>;
  const values = (): FieldDisplay[] =>
    getFieldDisplayValues({
      fieldConfig,
      reduceOptions: stat['reduceOptions']!,
      replaceVariables,
      theme,
      data: data.series,
      sparkline: stat['graphMode'] !== ('none' as never),
      timeZone,
    });
  const count = values().length;
  return (
    <VizRepeater<FieldDisplay, DisplayValueAlignmentFactors>
      getValues={values}
      getAlignmentFactors={(items) => getDisplayValueAlignmentFactors(items)}
      renderValue={({ value, width: w, height: h, alignmentFactors }) => (
        <BigValue
          value={value.display}
          count={count}
          sparkline={value.sparkline as never}
          colorMode={stat['colorMode']!}
          graphMode={stat['graphMode']!}
          justifyMode={stat['justifyMode']!}
          textMode={stat['textMode']!}
          text={stat['text']!}
          alignmentFactors={alignmentFactors}
          width={w}
          height={h}
          theme={theme}
        />
      )}
      width={width}
      height={height}
      source={data}
      itemSpacing={3}
      renderCounter={renderCounter}
      autoGrid
      orientation={stat['orientation'] ?? ('auto' as never)}
    />
  );
}
