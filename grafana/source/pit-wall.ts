import {
  BigValueTextMode,
  LegendPlacement,
  LineInterpolation,
  TimelineValueAlignment,
  VisibilityMode,
  VizTextDisplayOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import { DashboardLinkBuilder, DashboardLinkType } from '@grafana/grafana-foundation-sdk/dashboard';
import type { DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder as StateTimeline } from '@grafana/grafana-foundation-sdk/statetimeline';
import { PanelBuilder as XyChart, SeriesMapping, XYShowMode } from '@grafana/grafana-foundation-sdk/xychart';
import { raceMarks } from './annotations.ts';
import { dashboardFrame } from './dashboard-frame.ts';
import { driversVariable, hiddenValue } from './driver-variable.ts';
import { replayState } from './figures.ts';
import { at } from './grid.ts';
import { infinity, number, string, time } from './infinity-target.ts';
import { compoundMap, flagMap, valueMap } from './mappings.ts';
import {
  colourByName,
  driverLink,
  driverSeries,
  legend,
  timeSeries,
  tooltip,
  trend,
} from './series-panel.ts';
import { bridgeSource, bridgeVariable } from './sources.ts';
import { column, newest, stat, table } from './value-panels.ts';

const drivers = { driver: '${driver:csv}' };

/** The race as a pit wall sees it: tower, map, gaps, strategy, race control, weather, flags. */
export function pitWall(): DashboardBuilder {
  return dashboardFrame(
    'f1-pit-wall',
    'Pit wall',
    'Timing tower, track map, gaps, tyre strategy, race control and weather. Flags are drawn as regions. "Whole race" sets the time range to the race, at whatever speed it is replayed.',
    'now-15m',
  )
    .withVariable(bridgeVariable())
    .withVariable(driversVariable().current({ selected: true, text: ['All'], value: ['$__all'] }))
    .withVariable(hiddenValue('race_from', 'replay', 'race_from'))
    .withVariable(hiddenValue('race_to', 'replay', 'race_to'))
    .annotations(raceMarks())
    .link(
      new DashboardLinkBuilder('Whole race')
        .type(DashboardLinkType.Link)
        .icon('bolt')
        .tooltip('Set the time range from lights out to the end of the race')
        .url('/d/f1-pit-wall?from=${race_from}&to=${race_to}')
        .tags([])
        .asDropdown(false)
        .includeVars(true)
        .keepTime(false)
        .targetBlank(false),
    )
    .withPanel(replayState().gridPos(at(0, 0, 8, 4)))
    .withPanel(trackState().gridPos(at(8, 0, 4, 4)))
    .withPanel(weatherNow().gridPos(at(12, 0, 12, 4)))
    .withPanel(tower().gridPos(at(0, 4, 13, 22)))
    .withPanel(trackMap().gridPos(at(13, 4, 11, 14)))
    .withPanel(raceControl().gridPos(at(13, 18, 11, 8)))
    .withPanel(gapChart().gridPos(at(0, 26, 12, 14)))
    .withPanel(raceTrace().gridPos(at(12, 26, 12, 14)))
    .withPanel(strategy().gridPos(at(0, 40, 14, 14)))
    .withPanel(weatherSeries().gridPos(at(14, 40, 10, 14)));
}

function trackState() {
  return stat('Track', 'Status of the track now, as race control set it.')
    .unit('none')
    .mappings([
      valueMap({
        'Track clear': ['clear', '#56d678'],
        'Yellow flag': ['yellow', '#ffd12e'],
        'Safety car': ['safety car', '#ff9830'],
        'Red flag': ['red', '#f2495c'],
        'Virtual safety car': ['virtual SC', '#ff9830'],
        'Virtual safety car ends': ['VSC ends', '#ffd12e'],
      }),
    ])
    .reduceOptions(newest('/^Status$/'))
    .withTarget(
      infinity({
        table: 'track-status',
        params: { limit: '1' },
        columns: [time(), string('title', 'Status')],
        format: 'table',
        hasRange: false,
      }),
    );
}

function weatherNow() {
  return (
    stat('Weather', 'The newest reading of the weather station at the circuit, one a minute.')
      .textMode(BigValueTextMode.ValueAndName)
      .unit('none')
      // Of one size whatever is said, and the text first: a reason in place of the weather runs over what is empty then.
      .text(new VizTextDisplayOptionsBuilder().titleSize(12).valueSize(16))
      .reduceOptions(newest('/^(Weather|Air|Track|Humidity|Wind)$/'))
      .withTransformation({
        id: 'organize',
        options: {
          indexByName: { Weather: 0, Air: 1, Track: 2, Humidity: 3, Wind: 4 },
          excludeByName: {},
          renameByName: {},
        },
      })
      .overrideByName('Air', [{ id: 'unit', value: 'celsius' }])
      .overrideByName('Track', [{ id: 'unit', value: 'celsius' }])
      .overrideByName('Humidity', [{ id: 'unit', value: 'percent' }])
      .overrideByName('Wind', [
        { id: 'unit', value: 'velocityms' },
        { id: 'decimals', value: 1 },
      ])
      .withTarget(
        infinity({
          table: 'weather',
          params: { limit: '1' },
          columns: [
            time(),
            number('air_temp', 'Air'),
            number('track_temp', 'Track'),
            number('humidity', 'Humidity'),
            number('wind_speed', 'Wind'),
            string('condition', 'Weather'),
          ],
          format: 'table',
          hasRange: false,
        }),
      )
  );
}

function tower() {
  const times = { width: 76, align: 'right' } as const;
  const sector = { width: 58, decimals: 3, align: 'right' } as const;
  const link = {
    id: 'links',
    value: [
      {
        title: 'Compare laps of ${__data.fields.Driver}',
        url: '/d/f1-driver-compare?var-driverA=${__data.fields.Driver}&${__url_time_range}',
      },
    ],
  };
  const tyre = [{ id: 'mappings', value: [compoundMap] }];
  return table(
    'Timing tower',
    'Places, gap to the leader and to the car ahead, last and best lap, sectors of the last lap, tyre with its age in laps, stops. Gaps are those of the feed; cars a lap down have no interval.',
  )
    .overrideByName(...column('Pos', { width: 44, align: 'center' }))
    .overrideByName(...column('Driver', { width: 58, styleField: 'style', align: 'center' }))
    .overrideByName(...column('Gap', { ...times, width: 66 }))
    .overrideByName(...column('Int', { ...sector, width: 62 }))
    .overrideByName(...column('Last', times))
    .overrideByName(...column('Best', { ...times, more: [link] }))
    .overrideByName(...column('S1', sector))
    .overrideByName(...column('S2', sector))
    .overrideByName(...column('S3', sector))
    .overrideByName(...column('Tyre', { width: 46, align: 'center', colour: 'text', more: tyre }))
    .overrideByName(...column('Age', { width: 46, align: 'right' }))
    .overrideByName(...column('Stops', { width: 52, align: 'right' }))
    .overrideByName(...column('Lap', { width: 46, align: 'right' }))
    .overrideByName(...column('Status', { width: 74 }))
    .overrideByName(...column('style', { isHidden: true }))
    .withTarget(
      infinity({
        table: 'positions',
        columns: [
          number('position', 'Pos'),
          string('driver', 'Driver'),
          string('gap_text', 'Gap'),
          number('interval', 'Int'),
          string('last_lap_text', 'Last'),
          string('best_lap_text', 'Best'),
          number('sector1', 'S1'),
          number('sector2', 'S2'),
          number('sector3', 'S3'),
          number('compound_code', 'Tyre'),
          number('tyre_age', 'Age'),
          number('stops', 'Stops'),
          number('lap_number', 'Lap'),
          string('status', 'Status'),
          string('style', 'style'),
        ],
        format: 'table',
        hasRange: false,
      }),
    );
}

function trackMap() {
  return new XyChart()
    .title('Track map')
    .description(
      'Where the cars are: the outline is the fastest lap that is held whole, points are the newest positions. Coordinates are those of the feed, in tenths of a metre.',
    )
    .datasource(bridgeSource)
    .unit('none')
    .mapping(SeriesMapping.Auto)
    .show(XYShowMode.Points)
    .pointSize({ fixed: 10 })
    .colorScheme(colourByName())
    .axisGridShow(false)
    .displayName(driverSeries.byName)
    .overrideByQuery('outline', [
      { id: 'displayName', value: 'Track' },
      { id: 'custom.show', value: 'lines' },
      { id: 'custom.lineWidth', value: 2 },
      { id: 'color', value: { mode: 'fixed', fixedColor: '#8a8f99' } },
    ])
    .legend(legend([], LegendPlacement.Right))
    .tooltip(tooltip())
    .withTransformation({
      id: 'groupingToMatrix',
      options: { columnField: 'driver', rowField: 'X', valueField: 'Y', emptyValue: 'null' },
      filter: { id: 'byRefId', options: 'cars' },
    })
    .withTarget(
      infinity({
        refId: 'outline',
        table: 'track',
        columns: [string('driver'), number('x', 'X'), number('y', 'Y')],
        format: 'table',
        hasRange: false,
      }),
    )
    .withTarget(
      infinity({
        refId: 'cars',
        table: 'positions',
        params: { ...drivers, fields: 'x,y' },
        columns: [string('driver'), number('x', 'X'), number('y', 'Y')],
        format: 'table',
        hasRange: false,
      }),
    );
}

function gapChart() {
  return timeSeries(
    'Gap to the leader',
    "The feed's own gaps, about one a second and car; of a car a lap down the gap at the line, lap by lap.",
  )
    .unit('suffix:s')
    .decimals(1)
    .min(0)
    .displayName(driverSeries.byLabel)
    .dataLinks([driverLink()])
    .legend(legend([], LegendPlacement.Right))
    .withTarget(
      infinity({
        table: 'gaps',
        params: { ...drivers, fill: 'previous', maxPoints: '300' },
        columns: [time(), string('driver'), number('gap')],
        format: 'timeseries',
      }),
    );
}

function raceTrace() {
  return trend(
    'Race trace',
    'Gap at the line, lap by lap, behind the first car to end the same lap: a flat line keeps up with it, a step is a stop.',
    'lap_number\\driver',
  )
    .unit('suffix:s')
    .decimals(1)
    .displayName(driverSeries.byName)
    .overrideByName('lap_number\\driver', [
      { id: 'unit', value: 'none' },
      { id: 'decimals', value: 0 },
      { id: 'displayName', value: 'Lap' },
      { id: 'custom.axisLabel', value: 'lap' },
    ])
    .legend(legend([], LegendPlacement.Right))
    .withTransformation({
      id: 'groupingToMatrix',
      options: { columnField: 'driver', rowField: 'lap_number', valueField: 'gap', emptyValue: 'null' },
    })
    .withTarget(
      infinity({
        table: 'laps',
        params: { ...drivers, fields: 'lap_number,gap' },
        columns: [number('lap_number'), string('driver'), number('gap')],
        format: 'table',
        hasRange: false,
      }),
    );
}

function strategy() {
  return new StateTimeline()
    .title('Tyre strategy')
    .description(
      'The tyre on each car. The time range decides how much is seen: "Whole race" shows all stints.',
    )
    .datasource(bridgeSource)
    .unit('none')
    .mappings([compoundMap])
    .displayName('${__field.labels.driver}')
    .rowHeight(0.8)
    .mergeValues(true)
    .fillOpacity(85)
    .lineWidth(0)
    .showValue(VisibilityMode.Auto)
    .alignValue(TimelineValueAlignment.Center)
    .legend(legend([]).showLegend(false))
    .tooltip(tooltip())
    .withTarget(
      infinity({
        table: 'stints',
        params: { ...drivers, fill: 'previous' },
        columns: [time(), string('driver'), number('compound_code')],
        format: 'timeseries',
      }),
    );
}

function raceControl() {
  return table('Race control', 'Messages of race control, the newest first.')
    .overrideByName(...column('Time', { width: 90, unit: 'time:HH:mm:ss' }))
    .overrideByName(...column('Lap', { width: 56 }))
    .overrideByName(
      ...column('Flag', { width: 132, colour: 'text', more: [{ id: 'mappings', value: [flagMap] }] }),
    )
    .withTransformation({ id: 'sortBy', options: { fields: {}, sort: [{ field: 'Time', desc: true }] } })
    .withTarget(
      infinity({
        table: 'race-control',
        params: { limit: '200' },
        columns: [time(), number('lap_number', 'Lap'), string('flag', 'Flag'), string('message', 'Message')],
        format: 'table',
        hasRange: false,
      }),
    );
}

function weatherSeries() {
  return timeSeries('Temperatures', 'Air and track temperature at the circuit, one reading a minute.')
    .unit('celsius')
    .decimals(1)
    .displayName('${__field.name} · ${__field.labels.place}')
    .lineInterpolation(LineInterpolation.Linear)
    .lineWidth(2)
    .showPoints(VisibilityMode.Auto)
    .withTarget(
      infinity({
        table: 'weather',
        params: { fields: 'air_temp,track_temp,place' },
        columns: [time(), string('place'), number('air_temp', 'Air'), number('track_temp', 'Track')],
        format: 'timeseries',
      }),
    );
}
