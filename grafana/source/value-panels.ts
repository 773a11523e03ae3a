import {
  BarGaugeDisplayMode,
  BarGaugeSizing,
  BarGaugeValueMode,
  BigValueColorMode,
  BigValueGraphMode,
  BigValueJustifyMode,
  BigValueTextMode,
  ReduceDataOptionsBuilder,
  VizOrientation,
  VizTextDisplayOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import { PanelBuilder as BarGauge } from '@grafana/grafana-foundation-sdk/bargauge';
import { PanelBuilder as Stat } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as Table } from '@grafana/grafana-foundation-sdk/table';
import { thresholds } from './mappings.ts';
import { bridgeSource } from './sources.ts';

/** The newest value of one field of an answer. */
export function newest(field = ''): ReduceDataOptionsBuilder {
  return new ReduceDataOptionsBuilder().values(false).calcs(['lastNotNull']).fields(field);
}

/** A figure: the newest value of a field (a text too). */
export function stat(title: string, description: string, field = ''): Stat {
  return new Stat()
    .title(title)
    .description(description)
    .datasource(bridgeSource)
    .graphMode(BigValueGraphMode.None)
    .colorMode(BigValueColorMode.Value)
    .justifyMode(BigValueJustifyMode.Auto)
    .textMode(BigValueTextMode.Value)
    .thresholds(thresholds('#8ab8ff'))
    .reduceOptions(newest(field));
}

/** Bars of every row of an answer: its texts name them, its number is their length. */
export function bars(title: string, description: string, field: string): BarGauge {
  return new BarGauge()
    .title(title)
    .description(description)
    .datasource(bridgeSource)
    .displayMode(BarGaugeDisplayMode.Basic)
    .valueMode(BarGaugeValueMode.Color)
    .orientation(VizOrientation.Horizontal)
    .showUnfilled(true)
    .sizing(BarGaugeSizing.Manual)
    .minVizHeight(12)
    .maxVizHeight(36)
    .text(new VizTextDisplayOptionsBuilder().titleSize(13).valueSize(14))
    .reduceOptions(
      new ReduceDataOptionsBuilder().values(true).limit(60).calcs(['lastNotNull']).fields(field),
    );
}

/** A table. */
export function table(title: string, description: string): Table {
  return new Table()
    .title(title)
    .description(description)
    .datasource(bridgeSource)
    .unit('none')
    .showHeader(true);
}

/** Properties of a column that an override sets. */
export interface ColumnStyle {
  readonly width?: number;
  readonly unit?: string;
  readonly decimals?: number;
  readonly align?: 'left' | 'center' | 'right';
  readonly isHidden?: boolean;
  /** Name of the column with the cell's CSS. */
  readonly styleField?: string;
  /** Colours of mappings or thresholds fill the cell, or colour its text. */
  readonly colour?: 'background' | 'text';
  readonly more?: readonly { readonly id: string; readonly value?: unknown }[];
}

/** Override of a column by its name. */
export function column(
  name: string,
  style: ColumnStyle,
): readonly [name: string, properties: { id: string; value?: unknown }[]] {
  const { width, unit, decimals, align, isHidden, styleField, colour, more = [] } = style;
  const properties: { id: string; value?: unknown }[] = [];
  const add = (id: string, value: unknown): void => void properties.push({ id, value });
  if (width !== undefined) add('custom.width', width);
  if (unit !== undefined) add('unit', unit);
  if (decimals !== undefined) add('decimals', decimals);
  if (align !== undefined) add('custom.align', align);
  if (isHidden === true) add('custom.hideFrom', { viz: true, legend: false, tooltip: false });
  if (styleField !== undefined) add('custom.styleField', styleField);
  if (colour === 'background') add('custom.cellOptions', { type: 'color-background', mode: 'basic' });
  if (colour === 'text') add('custom.cellOptions', { type: 'color-text' });
  properties.push(...more.map((property) => ({ ...property })));
  return [name, properties];
}
