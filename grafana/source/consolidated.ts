import { GraphGradientMode, VizOrientation } from '@grafana/grafana-foundation-sdk/common';
import type { DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { driverMarks, raceMarks } from './annotations.ts';
import { dashboardFrame } from './dashboard-frame.ts';
import { driversVariable } from './driver-variable.ts';
import { bridgeFigure, replayState } from './figures.ts';
import { at } from './grid.ts';
import { infinity, number, string, time } from './infinity-target.ts';
import { severityMap, thresholds } from './mappings.ts';
import {
  channelPanel,
  colourByName,
  driverLink,
  driverSeries,
  thresholdLines,
  timeSeries,
} from './series-panel.ts';
import { bridgeVariable } from './sources.ts';
import { bars, column, table } from './value-panels.ts';

const drivers = { driver: '${driver:csv}' };

/** Everything about the chosen drivers on one page: 14 panels, and the state of the replay. */
export function consolidated(): DashboardBuilder {
  const board = dashboardFrame(
    'f1-consolidated',
    'Telemetry',
    'Telemetry of the chosen drivers with wheel spin, gears, statistics and alerts. The feed has about four samples a second and stream; values between them are interpolated.',
  )
    .withVariable(bridgeVariable())
    .withVariable(driversVariable())
    .annotations([...raceMarks(), ...driverMarks()]);

  board
    .withPanel(
      bridgeFigure(
        'Messages received',
        'Records that the bridge has read from all topics since it started.',
        'records',
      )
        .unit('short')
        .decimals(1)
        .gridPos(at(0, 0, 5, 4)),
    )
    .withPanel(
      bridgeFigure(
        'Throughput',
        'Records read from all topics each second, mean of the last ten seconds.',
        'records_per_s',
      )
        .unit('mps')
        .gridPos(at(5, 0, 5, 4)),
    )
    .withPanel(
      bridgeFigure('Active drivers', 'Drivers whose telemetry the bridge holds.', 'drivers')
        .unit('none')
        .gridPos(at(10, 0, 4, 4)),
    )
    .withPanel(
      bridgeFigure('Uptime', 'Time since the bridge started.', 'uptime_s')
        .unit('dtdurations')
        .gridPos(at(14, 0, 4, 4)),
    )
    .withPanel(replayState().gridPos(at(18, 0, 6, 4)));

  board
    .withPanel(
      channelPanel('speed', 'Speed of the car. Measured, about four samples a second.')
        .min(0)
        .gridPos(at(0, 4, 12, 9)),
    )
    .withPanel(
      channelPanel('rpm', 'Engine speed. Measured.')
        .axisSoftMin(4000)
        .gridPos(at(12, 4, 12, 9)),
    )
    .withPanel(
      channelPanel('throttle', 'Throttle pedal, 0 to 100 %. Measured.')
        .min(0)
        .max(100)
        .fillOpacity(15)
        .gradientMode(GraphGradientMode.Opacity)
        .gridPos(at(0, 13, 12, 9)),
    )
    .withPanel(
      channelPanel('gear', 'Gear, 0 is neutral. Measured.')
        .min(0)
        .max(8)
        .gridPos(at(12, 13, 12, 9)),
    )
    .withPanel(
      channelPanel(
        'wheel_spin',
        'Apparent slip of the driven wheels: an estimate from engine speed, gear and car speed. The lines are at 5 and 10 %.',
        100,
      )
        .title('Wheel spin (estimate)')
        .min(0)
        .axisSoftMax(15)
        .thresholds(thresholds('transparent', [5, '#ffd12e'], [10, '#f2495c']))
        .thresholdsStyle(thresholdLines())
        .gridPos(at(0, 22, 12, 9)),
    )
    .withPanel(
      timeSeries(
        'Actual and expected speed',
        'Solid: measured speed. Dashed: the speed that engine speed and gear belong to without slip (an estimate). Where dashed lies above solid the driven wheels turn faster than the car.',
      )
        .unit('velocitykmh')
        .decimals(0)
        .min(0)
        .displayName(driverSeries.byLabel)
        .dataLinks([driverLink()])
        .overrideByName('Expected', [
          { id: 'custom.lineStyle', value: { fill: 'dash', dash: [4, 6] } },
          // Its name is the driver's too, so that it has his colour; the legend names each driver once.
          { id: 'custom.hideFrom', value: { legend: true, tooltip: false, viz: false } },
        ])
        .withTarget(
          infinity({
            table: 'telemetry',
            params: { ...drivers, fields: 'speed,expected_speed', maxPoints: '160' },
            columns: [
              time(),
              string('driver'),
              number('speed', 'Actual'),
              number('expected_speed', 'Expected'),
            ],
            format: 'timeseries',
          }),
        )
        .gridPos(at(12, 22, 12, 9)),
    );

  board
    .withPanel(gearDistribution().gridPos(at(0, 31, 9, 11)))
    .withPanel(driverStatistics().gridPos(at(9, 31, 15, 11)))
    .withPanel(alertDistribution().gridPos(at(0, 42, 9, 9)))
    .withPanel(recentAlerts().gridPos(at(9, 42, 15, 9)));
  return board;
}

function gearDistribution() {
  const gauge = [
    { id: 'custom.cellOptions', value: { type: 'gauge', mode: 'basic', valueDisplayMode: 'text' } },
    { id: 'min', value: 0 },
    { id: 'max', value: 1 },
    { id: 'color', value: { mode: 'fixed', fixedColor: '#5794f2' } },
  ];
  const events = {
    width: 90,
    align: 'right',
    colour: 'text',
    more: [{ id: 'thresholds', value: eventSteps }],
  } as const;
  return (
    table(
      'Gear distribution and anomalies',
      'Share of the time in each gear, all chosen drivers together, with the samples in which a gear did not fit: lugging (high gear, low engine speed under throttle), over-revving, neutral at speed.',
    )
      // Wide and wrapped for the reason that stands here in a session without car data.
      .overrideByName(
        ...column('Gear', { width: 130, align: 'center', more: [{ id: 'custom.wrapText', value: true }] }),
      )
      .overrideByName(...column('Share', { unit: 'percentunit', decimals: 1, more: gauge }))
      .overrideByName(...column('Lugging', events))
      .overrideByName(...column('Over-rev', events))
      .overrideByName(...column('Neutral', events))
      .withTarget(
        infinity({
          table: 'gears',
          params: { ...drivers, by: 'gear' },
          columns: [
            string('gear_name', 'Gear'),
            number('ratio', 'Share'),
            number('lugging', 'Lugging'),
            number('over_revving', 'Over-rev'),
            number('neutral_at_speed', 'Neutral'),
          ],
          format: 'table',
        }),
      )
  );
}

const eventSteps = {
  mode: 'absolute',
  steps: [
    { value: null, color: 'text' },
    { value: 1, color: '#ff9830' },
  ],
};

function driverStatistics() {
  const link = {
    id: 'links',
    value: [
      {
        title: 'Compare laps of ${__data.fields.Driver}',
        url: '/d/f1-driver-compare?var-driverA=${__data.fields.Driver}&${__url_time_range}',
      },
    ],
  };
  return table(
    'Driver statistics',
    'Figures of the chosen drivers over the time range. Wheel spin is an estimate.',
  )
    .overrideByName(...column('Driver', { width: 66, styleField: 'style', align: 'center' }))
    .overrideByName(...column('style', { isHidden: true }))
    .overrideByName(...column('Top', { unit: 'velocitykmh', decimals: 0 }))
    .overrideByName(...column('Mean', { unit: 'velocitykmh', decimals: 0 }))
    .overrideByName(...column('Top RPM', { unit: 'rotrpm', decimals: 0 }))
    .overrideByName(...column('Full thr.', { unit: 'percentunit', decimals: 0 }))
    .overrideByName(...column('Braking', { unit: 'percentunit', decimals: 0 }))
    .overrideByName(...column('Spin max', { unit: 'percent', decimals: 1 }))
    .overrideByName(...column('Best lap', { align: 'right', more: [link] }))
    .withTarget(
      infinity({
        table: 'drivers',
        params: drivers,
        columns: [
          string('driver', 'Driver'),
          number('speed_max', 'Top'),
          number('speed_mean', 'Mean'),
          number('rpm_max', 'Top RPM'),
          number('full_throttle_ratio', 'Full thr.'),
          number('brake_ratio', 'Braking'),
          number('wheel_spin_max', 'Spin max'),
          number('gear_changes', 'Shifts'),
          number('drs_openings', 'DRS'),
          number('alerts', 'Alerts'),
          string('best_lap_text', 'Best lap'),
          string('style', 'style'),
        ],
        format: 'table',
      }),
    );
}

function alertDistribution() {
  return bars(
    'Alert distribution',
    'Alert episodes of the chosen drivers in the time range, by rule.',
    '/^Alerts$/',
  )
    .unit('none')
    .min(0)
    .orientation(VizOrientation.Horizontal)
    .colorScheme(colourByName())
    .withTarget(
      infinity({
        table: 'alerts',
        params: { ...drivers, by: 'alert_type,severity' },
        columns: [string('alert_type', 'Rule'), string('severity', 'Severity'), number('alerts', 'Alerts')],
        format: 'table',
      }),
    );
}

function recentAlerts() {
  return table(
    'Recent alerts',
    'The newest alert episodes of the chosen drivers. The brake temperature is a model, not measured.',
  )
    .overrideByName(...column('Time', { width: 100, unit: 'time:HH:mm:ss' }))
    .overrideByName(...column('Driver', { width: 70 }))
    .overrideByName(
      ...column('Severity', { width: 90, colour: 'text', more: [{ id: 'mappings', value: [severityMap] }] }),
    )
    .overrideByName(...column('Lap', { width: 56 }))
    .overrideByName(...column('Alert', { width: 176 }))
    .overrideByName(...column('What happened', { more: [{ id: 'custom.wrapText', value: true }] }))
    .overrideByName(...column('Lasted', { width: 84, unit: 's', decimals: 1 }))
    .overrideByName(...column('State', { width: 76 }))
    .withTransformation({ id: 'sortBy', options: { fields: {}, sort: [{ field: 'Time', desc: true }] } })
    .withTarget(
      infinity({
        table: 'alerts',
        params: { ...drivers, limit: '100' },
        columns: [
          time(),
          string('driver', 'Driver'),
          string('severity', 'Severity'),
          number('lap_number', 'Lap'),
          string('title', 'Alert'),
          string('text', 'What happened'),
          number('duration_s', 'Lasted'),
          string('state', 'State'),
        ],
        format: 'table',
      }),
    );
}
