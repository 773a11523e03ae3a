import { getDisplayValueAlignmentFactors, getFieldDisplayValues } from '@grafana/data';
import type { DisplayValueAlignmentFactors, FieldDisplay, PanelProps } from '@grafana/data';
import { BarGauge, VizRepeater, useTheme2 } from '@grafana/ui';

/** Grafana's own bar gauges. */
export function BarGaugePanel({
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
  const gauge = options as Readonly<Record<string, never>>;
  const values = (): FieldDisplay[] =>
    getFieldDisplayValues({
      fieldConfig,
      reduceOptions: gauge['reduceOptions']!,
      replaceVariables,
      theme,
      data: data.series,
      timeZone,
    });
  return (
    <VizRepeater<FieldDisplay, DisplayValueAlignmentFactors>
      getValues={values}
      getAlignmentFactors={(items) => getDisplayValueAlignmentFactors(items)}
      renderValue={({ value, width: w, height: h, alignmentFactors, orientation, count }) => (
        <BarGauge
          value={value.display}
          width={w}
          height={h}
          orientation={orientation}
          field={value.field}
          text={gauge['text']!}
          display={value.view?.getFieldDisplayProcessor(value.colIndex ?? 0) as never}
          theme={theme}
          itemSpacing={8}
          displayMode={gauge['displayMode']!}
          alignmentFactors={count > 1 ? alignmentFactors : (undefined as never)}
          showUnfilled={gauge['showUnfilled'] !== (false as never)}
          valueDisplayMode={gauge['valueMode']!}
          namePlacement={gauge['namePlacement']!}
        />
      )}
      source={data}
      width={width}
      height={height}
      renderCounter={renderCounter}
      minVizWidth={8}
      minVizHeight={gauge['minVizHeight'] ?? (16 as never)}
      maxVizHeight={gauge['maxVizHeight'] ?? (300 as never)}
      itemSpacing={8}
      orientation={gauge['orientation'] ?? ('auto' as never)}
    />
  );
}
