import {
  QueryVariableBuilder,
  VariableHide,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { infinityModel, number, string } from './infinity-target.ts';
import type { Column } from './infinity-target.ts';
import { bridgeSource } from './sources.ts';

/**
 * Drivers that are chosen when a dashboard opens. Grafana keeps those that the session has; when it has none of them it takes
 * all where there is an "All", else the first: so this is a preference, not a condition.
 */
const preferred = ['VER', 'HAM', 'LEC'];

/** A query variable of a table of the bridge: text and value are its columns. */
export function tableVariable(
  name: string,
  label: string,
  table: string,
  columns: readonly [text: Column, value: Column],
  params: Readonly<Record<string, string>> = {},
): QueryVariableBuilder {
  const [text, value] = columns;
  return new QueryVariableBuilder(name)
    .label(label)
    .datasource(bridgeSource)
    .query({
      queryType: 'infinity',
      infinityQuery: infinityModel({
        refId: 'variable',
        table,
        params,
        columns: [
          { ...text, text: '__text' },
          { ...value, text: '__value' },
        ],
        format: 'table',
        hasRange: false,
      }),
      query: '',
    })
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.Disabled);
}

const driverColumns = [string('name'), string('driver')] as const;

/** Drivers of the session, several or all; all is `*` in the request, so that it grows with the session. */
export function driversVariable(): QueryVariableBuilder {
  return tableVariable('driver', 'Driver', 'drivers', [string('driver'), string('driver')], {
    fields: 'name',
  })
    .multi(true)
    .includeAll(true)
    .allValue('*')
    .current({ selected: true, text: preferred, value: preferred });
}

/** One driver. */
export function driverVariable(name: string, label: string, first: string): QueryVariableBuilder {
  return tableVariable(name, label, 'drivers', driverColumns, { fields: 'name' })
    .multi(false)
    .includeAll(false)
    .current({ selected: true, text: first, value: first });
}

/** A lap of a driver: his best, or one of those that have ended. */
export function lapVariable(name: string, label: string, driver: string): QueryVariableBuilder {
  const best = { selected: true, text: 'best', value: 'best' };
  return tableVariable(name, label, 'laps', [number('lap_number'), number('lap_number')], {
    driver: `\${${driver}}`,
    fields: 'lap_number',
  })
    .multi(false)
    .includeAll(false)
    .allowCustomValue(true)
    .staticOptions([best])
    .staticOptionsOrder('before')
    .current(best);
}

/** A value that links need and nobody chooses. */
export function hiddenValue(name: string, table: string, column: string): QueryVariableBuilder {
  return tableVariable(name, name, table, [number(column), number(column)]).hide(VariableHide.HideVariable);
}
