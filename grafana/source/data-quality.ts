import { LegendPlacement, VizOrientation } from '@grafana/grafana-foundation-sdk/common';
import type { DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { FieldColorBuilder, FieldColorModeId } from '@grafana/grafana-foundation-sdk/dashboard';
import { dashboardFrame } from './dashboard-frame.ts';
import { raceMarks } from './annotations.ts';
import { driversVariable } from './driver-variable.ts';
import { bridgeFigure, bridgeText, replayState } from './figures.ts';
import { at } from './grid.ts';
import { infinity, number, string, time } from './infinity-target.ts';
import { thresholds, valueMap, verdictMap } from './mappings.ts';
import { channelPanel, legend } from './series-panel.ts';
import { bridgeVariable } from './sources.ts';
import { bars, column, table } from './value-panels.ts';

const drivers = { driver: '${driver:csv}' };
const bySteps = (): FieldColorBuilder => new FieldColorBuilder().mode(FieldColorModeId.Thresholds);

/** What the data are worth: rates, holes, missing values and topics, records that were set aside. */
export function dataQuality(): DashboardBuilder {
  return dashboardFrame(
    'f1-data-quality',
    'Data quality',
    'What the data of the session are worth: sample rates, holes, missing values, topics that the session lacks, records that the bridge set aside.',
  )
    .withVariable(bridgeVariable())
    .withVariable(driversVariable().current({ selected: true, text: ['All'], value: ['$__all'] }))
    .annotations(raceMarks())
    .withPanel(replayState().gridPos(at(0, 0, 8, 4)))
    .withPanel(
      bridgeFigure(
        'Records set aside',
        'Records that were counted and not used: unreadable, implausible, out of order.',
        'set_aside',
      )
        .unit('short')
        .thresholds(thresholds('#56d678', [1, '#ff9830']))
        .gridPos(at(8, 0, 5, 4)),
    )
    .withPanel(
      bridgeFigure('Records behind', 'Records written to Kafka that the bridge has not read yet.', 'lag')
        .unit('short')
        .thresholds(thresholds('#56d678', [1000, '#ff9830'], [10_000, '#f2495c']))
        .gridPos(at(13, 0, 5, 4)),
    )
    .withPanel(
      bridgeText(
        'Telemetry',
        'Age of the newest telemetry record, or why there is none.',
        'telemetry',
      ).gridPos(at(18, 0, 6, 4)),
    )
    .withPanel(quality().gridPos(at(0, 4, 24, 13)))
    .withPanel(
      bars(
        'Merged rows a second',
        'Rows of car and position feed together, for each second of session time: about 7.6 when both feeds are whole.',
        '/^Rate$/',
      )
        .unit('hertz')
        .decimals(2)
        .min(0)
        .orientation(VizOrientation.Vertical)
        .colorScheme(bySteps())
        .thresholds(thresholds('#f2495c', [5, '#ffd12e'], [7, '#56d678']))
        .withTarget(
          infinity({
            table: 'quality',
            params: drivers,
            columns: [string('driver', 'Driver'), number('rate_hz', 'Rate')],
            format: 'table',
          }),
        )
        .gridPos(at(0, 17, 24, 8)),
    )
    .withPanel(topics().gridPos(at(0, 25, 14, 11)))
    .withPanel(setAside().gridPos(at(14, 25, 10, 11)))
    .withPanel(
      channelPanel(
        'brake_temp_model',
        'A model of the front brake discs, not measured: the feed has no brake temperature.',
        300,
      )
        .title('Brake temperature (model)')
        .legend(legend(['lastNotNull', 'max'], LegendPlacement.Right))
        .gridPos(at(0, 36, 24, 10)),
    );
}

function quality() {
  return table(
    'Feed of each driver',
    'Samples, longest hole and missing values in the time range. Holes and rates are in session time.',
  )
    .overrideByName(...column('Driver', { width: 74 }))
    .overrideByName(...column('Rate', { unit: 'hertz', decimals: 2 }))
    .overrideByName(...column('Longest hole', { unit: 'suffix:s', decimals: 1 }))
    .overrideByName(...column('Speed missing', { unit: 'percentunit', decimals: 1 }))
    .overrideByName(...column('Position missing', { unit: 'percentunit', decimals: 1 }))
    .overrideByName(
      ...column('Verdict', { width: 90, colour: 'text', more: [{ id: 'mappings', value: [verdictMap] }] }),
    )
    .withTarget(
      infinity({
        table: 'quality',
        params: drivers,
        columns: [
          string('driver', 'Driver'),
          string('verdict', 'Verdict'),
          string('why', 'Why'),
          number('rows', 'Rows'),
          number('car_rows', 'Car samples'),
          number('position_rows', 'Position samples'),
          number('rate_hz', 'Rate'),
          number('longest_gap_s', 'Longest hole'),
          number('speed_null_ratio', 'Speed missing'),
          number('position_null_ratio', 'Position missing'),
          number('laps', 'Laps'),
          number('laps_without_time', 'Untimed laps'),
        ],
        format: 'table',
      }),
    );
}

function topics() {
  const nothingMissing = valueMap({ present: ['–'] });
  const words = valueMap({ true: ['there', '#56d678'], false: ['missing', '#f2495c'] });
  return table(
    'Topics of the feed',
    'Topics that the session has, and what is not shown for those that it lacks.',
  )
    .overrideByName(...column('Topic', { width: 180 }))
    .overrideByName(
      ...column('What is missing for it', { more: [{ id: 'mappings', value: [nothingMissing] }] }),
    )
    .overrideByName(
      ...column('Is', { width: 84, colour: 'text', more: [{ id: 'mappings', value: [words] }] }),
    )
    .withTarget(
      infinity({
        table: 'quality',
        params: { of: 'topics' },
        columns: [
          string('topic', 'Topic'),
          string('present', 'Is'),
          string('reason', 'What is missing for it'),
        ],
        format: 'table',
        hasRange: false,
      }),
    );
}

function setAside() {
  return table('Why records were set aside', 'Records that the bridge read and did not use, by reason.')
    .overrideByName(...column('Records', { width: 90, align: 'right' }))
    .withTarget(
      infinity({
        table: 'quality',
        params: { of: 'set-aside' },
        columns: [time(), string('reason', 'Reason'), number('records', 'Records')],
        format: 'table',
        hasRange: false,
      }),
    )
    .overrideByName(...column('Time', { isHidden: true }));
}
