import {
  GraphDrawStyle,
  GraphGradientMode,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  LineInterpolation,
  SortOrder,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import { FieldColorBuilder, FieldColorModeId } from '@grafana/grafana-foundation-sdk/dashboard';
import type { DashboardLink } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder as TimeSeries } from '@grafana/grafana-foundation-sdk/timeseries';
import { PanelBuilder as Trend } from '@grafana/grafana-foundation-sdk/trend';
import { channelByWireName } from '../../src/domain/channels.ts';
import type { WireName } from '../../src/domain/channels.ts';
import { infinity, number, string, time } from './infinity-target.ts';
import { bridgeSource } from './sources.ts';
import { grafanaUnit } from './units.ts';

/** Legend as a table beside or below a chart, with these calculations. */
export function legend(
  calcs: readonly string[],
  placement = LegendPlacement.Bottom,
): VizLegendOptionsBuilder {
  return new VizLegendOptionsBuilder()
    .showLegend(true)
    .displayMode(calcs.length === 0 ? LegendDisplayMode.List : LegendDisplayMode.Table)
    .placement(placement)
    .calcs([...calcs]);
}

/** A tooltip of all series, the largest first. */
export function tooltip(): VizTooltipOptionsBuilder {
  return new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending);
}

/** The colour of a series follows from its name: a driver has one colour on every dashboard. */
export function colourByName(): FieldColorBuilder {
  return new FieldColorBuilder().mode(FieldColorModeId.PaletteClassicByName);
}

/**
 * Names of series of drivers. Grafana's palette takes a colour by a hash of the name, and three-letter codes alone fall on
 * each other: of the drivers of three seasons 23 pairs look alike, with this word before them 10.
 */
export const driverSeries = {
  byLabel: 'drv ${__field.labels.driver}',
  byName: 'drv ${__field.name}',
  byVariable: 'drv $driver',
} as const;

/** From a series of a driver to the comparison of his laps. */
export function driverLink(): Builder<DashboardLink> {
  const link = {
    title: 'Compare laps of ${__field.labels.driver}',
    url: '/d/f1-driver-compare?var-driverA=${__field.labels.driver}&${__url_time_range}',
  };
  // The SDK takes links of dashboards here; those of data have no more than this.
  return { build: () => link as DashboardLink };
}

/** A time series of ours: thin lines, gaps stay gaps. */
export function timeSeries(title: string, description: string): TimeSeries {
  return new TimeSeries()
    .title(title)
    .description(description)
    .datasource(bridgeSource)
    .drawStyle(GraphDrawStyle.Line)
    .lineWidth(1)
    .fillOpacity(0)
    .gradientMode(GraphGradientMode.None)
    .lineInterpolation(LineInterpolation.Linear)
    .showPoints(VisibilityMode.Never)
    .spanNulls(false)
    .colorScheme(colourByName())
    .legend(legend(['lastNotNull', 'max']))
    .tooltip(tooltip());
}

/** A chart over something that is no time, named `xField`. */
export function trend(title: string, description: string, xField: string): Trend {
  return new Trend()
    .title(title)
    .description(description)
    .datasource(bridgeSource)
    .xField(xField)
    .drawStyle(GraphDrawStyle.Line)
    .lineWidth(1)
    .fillOpacity(0)
    .lineInterpolation(LineInterpolation.Linear)
    .showPoints(VisibilityMode.Never)
    .colorScheme(colourByName())
    .legend(legend([]))
    .tooltip(tooltip());
}

/** Dashed lines at the thresholds. */
export function thresholdLines(): GraphThresholdsStyleConfigBuilder {
  return new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed);
}

/** A channel of the drivers chosen over time; label, unit and steps are those of the channel table. */
export function channelPanel(name: WireName, description: string, maxPoints = 1000): TimeSeries {
  const channel = channelByWireName(name)!;
  const panel = timeSeries(channel.label, description)
    .unit(grafanaUnit(channel.unit))
    .decimals(0)
    .displayName(driverSeries.byLabel)
    .dataLinks([driverLink()])
    .withTarget(
      infinity({
        table: 'telemetry',
        params: { driver: '${driver:csv}', fields: name, maxPoints: String(maxPoints) },
        columns: [time(), string('driver'), number(name)],
        format: 'timeseries',
      }),
    );
  return channel.kind === 'discrete' ? panel.lineInterpolation(LineInterpolation.StepAfter) : panel;
}
