import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog';
import { GraphGradientMode, LineInterpolation } from '@grafana/grafana-foundation-sdk/common';

import type { DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import type { PanelBuilder as TimeSeries } from '@grafana/grafana-foundation-sdk/timeseries';
import { channelByWireName } from '../../src/domain/channels.ts';
import type { WireName } from '../../src/domain/channels.ts';
import { dashboardFrame } from './dashboard-frame.ts';
import { driversVariable } from './driver-variable.ts';
import { replayState } from './figures.ts';
import { at } from './grid.ts';
import { colourByName, driverSeries, timeSeries } from './series-panel.ts';
import { bridgeVariable, liveSource } from './sources.ts';
import { grafanaUnit } from './units.ts';

/** Length of a live trace [s], and the most points that it may have: the pusher's rate times it, with room. */
const windowS = 60;
const maxDataPoints = 1500;

/** What a panel says while nothing comes: a channel carries no reasons. */
const nothingPushed =
  'Nothing is pushed: it needs grafana.live.url, a session with car data and a car that runs';

/** Telemetry that Slipstream pushes to Grafana Live: it moves several times a second, without asking. */
export function live(): DashboardBuilder {
  return dashboardFrame(
    'f1-live',
    'Live',
    'Telemetry pushed to Grafana Live (key grafana.live.url): it moves several times a second without a query. Live keeps no history: what was pushed before the page was opened is not shown.',
    'now-1m',
  )
    .withVariable(bridgeVariable())
    .withVariable(driversVariable())
    .withPanel(replayState().gridPos(at(0, 0, 24, 3)))
    .withPanel(
      livePanel('Speed · $driver', 'Speed of the car.', ['speed'])
        .min(0)
        .axisSoftMax(340)
        .repeat('driver')
        .repeatDirection('h')
        .maxPerRow(4)
        .gridPos(at(0, 3, 8, 7)),
    )
    .withPanel(
      livePanel('Throttle · $driver', 'Throttle pedal of the car, 0 to 100 %.', ['throttle'])
        .min(0)
        .max(100)
        .fillOpacity(20)
        .gradientMode(GraphGradientMode.Opacity)
        .repeat('driver')
        .repeatDirection('h')
        .maxPerRow(4)
        .gridPos(at(0, 10, 8, 6)),
    )
    .withPanel(
      livePanel('Gear · $driver', 'Gear of the car, 0 is neutral.', ['gear'])
        .min(0)
        .max(8)
        .lineInterpolation(LineInterpolation.StepAfter)
        .repeat('driver')
        .repeatDirection('h')
        .maxPerRow(4)
        .gridPos(at(0, 16, 8, 6)),
    );
}

function livePanel(title: string, description: string, names: readonly WireName[]): TimeSeries {
  const [first] = names;
  const { unit, decimals } = channelByWireName(first!)!;
  return timeSeries(title, description)
    .datasource(liveSource)
    .unit(grafanaUnit(unit))
    .decimals(decimals > 0 ? 0 : decimals)
    .noValue(nothingPushed)
    .displayName(driverSeries.byVariable)
    .colorScheme(colourByName())
    .maxDataPoints(maxDataPoints)
    .withTarget(liveTarget(names));
}

/** The channel of one driver: the pusher writes one measurement a driver. */
function liveTarget(names: readonly WireName[]): Builder<Dataquery> {
  const model = {
    refId: 'A',
    datasource: liveSource,
    queryType: 'measurements',
    channel: 'stream/f1/$driver',
    filter: { fields: ['time', ...names] },
    buffer: windowS * 1000,
  };
  return { build: () => ({ ...model, _implementsDataqueryVariant: () => {} }) };
}
