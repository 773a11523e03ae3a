import { FieldColorBuilder, FieldColorModeId, VariableSort } from '@grafana/grafana-foundation-sdk/dashboard';
import type { DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { LineInterpolation } from '@grafana/grafana-foundation-sdk/common';
import type { PanelBuilder as Trend } from '@grafana/grafana-foundation-sdk/trend';
import { channelByWireName } from '../../src/domain/channels.ts';
import type { WireName } from '../../src/domain/channels.ts';
import { dashboardFrame } from './dashboard-frame.ts';
import { driverVariable, lapVariable } from './driver-variable.ts';
import { replayState } from './figures.ts';
import { at } from './grid.ts';
import { infinity, number, string } from './infinity-target.ts';
import type { Column } from './infinity-target.ts';
import { compoundMap } from './mappings.ts';
import { trend } from './series-panel.ts';
import { bridgeVariable } from './sources.ts';
import { grafanaUnit } from './units.ts';
import { column, table } from './value-panels.ts';

const sides = { driverA: '${driverA}', lapA: '${lapA}', driverB: '${driverB}', lapB: '${lapB}' };

/** Two laps on distance, with the delta between them. */
export function driverCompare(): DashboardBuilder {
  return (
    dashboardFrame(
      'f1-driver-compare',
      'Lap comparison',
      'Two laps over the distance along the track. Distances are integrated from the speed and stretched to the length of the first lap. The delta is positive where B is behind A; its last value is the difference of the lap times.',
    )
      .withVariable(bridgeVariable())
      .withVariable(driverVariable('driverA', 'Driver A', 'VER'))
      .withVariable(lapVariable('lapA', 'Lap A', 'driverA'))
      // The other way round: in a session without these two the sides still begin with two drivers.
      .withVariable(driverVariable('driverB', 'Driver B', 'HAM').sort(VariableSort.AlphabeticalDesc))
      .withVariable(lapVariable('lapB', 'Lap B', 'driverB'))
      .withPanel(replayState().gridPos(at(0, 0, 24, 3)))
      .withPanel(
        channelTrend(
          'speed',
          'Speed of both laps. The first colour is lap A, the second lap B: both may be of one driver, so colours are those of the laps.',
        ).gridPos(at(0, 3, 24, 9)),
      )
      .withPanel(delta().gridPos(at(0, 12, 24, 6)))
      .withPanel(
        channelTrend('throttle', 'Throttle pedal of both laps.')
          .min(0)
          .max(100)
          .gridPos(at(0, 18, 12, 7)),
      )
      .withPanel(
        channelTrend('gear', 'Gear of both laps.')
          .min(0)
          .max(8)
          .gridPos(at(12, 18, 12, 7)),
      )
      .withPanel(
        channelTrend('brake', 'Brake of both laps: the feed says on (1) or off (0), it has no pressure.')
          .min(0)
          .max(1)
          .gridPos(at(0, 25, 12, 6)),
      )
      .withPanel(channelTrend('rpm', 'Engine speed of both laps.').gridPos(at(12, 25, 12, 6)))
      .withPanel(laps('A').gridPos(at(0, 31, 12, 9)))
      .withPanel(laps('B').gridPos(at(12, 31, 12, 9)))
  );
}

function channelTrend(name: WireName, description: string): Trend {
  const { label, unit, kind, decimals } = channelByWireName(name)!;
  const panel = comparison(label, description, 'lap', number(name), { form: 'long' })
    .unit(grafanaUnit(unit))
    .decimals(decimals > 0 ? 0 : decimals);
  return kind === 'discrete' ? panel.lineInterpolation(LineInterpolation.StepAfter) : panel;
}

function delta(): Trend {
  const title = 'Time of B behind A at the same place: above zero A is ahead.';
  return comparison('Delta', title, 'pair', number('delta'), {})
    .unit('suffix:s')
    .decimals(2)
    .fillOpacity(15)
    .axisCenteredZero(true);
}

/** One line for each text of a column: the lap or the pair, and where there is no data the reason. */
function comparison(
  title: string,
  description: string,
  names: string,
  value: Column,
  params: Readonly<Record<string, string>>,
): Trend {
  const distance = `distance\\${names}`;
  return trend(title, description, distance)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.PaletteClassic))
    .displayName('${__field.name}')
    .overrideByName(distance, [
      { id: 'unit', value: 'suffix:m' },
      { id: 'decimals', value: 0 },
      // Bounds of the channel are none of the distance.
      { id: 'min', value: null },
      { id: 'max', value: null },
      { id: 'displayName', value: 'Distance' },
    ])
    .withTransformation({
      id: 'groupingToMatrix',
      options: { columnField: names, rowField: 'distance', valueField: value.text, emptyValue: 'null' },
    })
    .withTarget(
      infinity({
        table: 'compare',
        params: { ...sides, ...params },
        columns: [number('distance'), string(names), value],
        format: 'table',
        hasRange: false,
      }),
    );
}

function laps(side: 'A' | 'B') {
  return table(`Laps of driver ${side}`, 'Every lap that has ended, with sectors and tyre; the newest first.')
    .overrideByName(...column('Lap', { width: 54 }))
    .overrideByName(...column('Time', { align: 'right' }))
    .overrideByName(...column('S1', { decimals: 3, align: 'right' }))
    .overrideByName(...column('S2', { decimals: 3, align: 'right' }))
    .overrideByName(...column('S3', { decimals: 3, align: 'right' }))
    .overrideByName(
      ...column('Tyre', {
        width: 54,
        align: 'center',
        colour: 'text',
        more: [{ id: 'mappings', value: [compoundMap] }],
      }),
    )
    .withTransformation({ id: 'sortBy', options: { fields: {}, sort: [{ field: 'Lap', desc: true }] } })
    .withTarget(
      infinity({
        table: 'laps',
        params: { driver: `\${driver${side}}` },
        columns: [
          number('lap_number', 'Lap'),
          string('lap_time_text', 'Time'),
          number('sector1', 'S1'),
          number('sector2', 'S2'),
          number('sector3', 'S3'),
          number('compound_code', 'Tyre'),
        ],
        format: 'table',
        hasRange: false,
      }),
    );
}
