import type { AlertMessage } from '../../../domain/messages.ts';
import { badRequest } from '../../http/http-error.ts';
import { select } from '../../query/query-request.ts';
import { createStamps, ordered } from '../stamps.ts';
import type { Row } from '../stamps.ts';
import { askedDrivers } from '../table-context.ts';
import type { TableContext } from '../table-context.ts';
import { rounded, words } from '../table.ts';
import type { Cell, Table } from '../table.ts';

const keys = ['alert_type', 'severity', 'driver'] as const;
type Key = (typeof keys)[number];

/** Alert episodes that overlap the range, or with `by=` how many there are of each kind. O(alerts held). */
export function alertsTable(context: TableContext): Table {
  const { app, request } = context;
  const { values } = request;
  const stamps = createStamps(context);
  const { codes } = askedDrivers(context);
  const filter = {
    drivers: request.drivers === null ? null : codes,
    severities: select(values['severity']),
    types: select(values['type']),
    states: select(values['state']),
  };
  const found: Found[] = [];
  for (const alert of app.state.alerts.list(filter, Number.MAX_SAFE_INTEGER)) {
    const t = stamps.at(alert.started_at);
    if (t === null) continue;
    const end = stamps.at(alert.ended_at);
    if (stamps.holds(t, end)) found.push({ alert, t, end });
  }
  const by = readKeys(values['by']);
  if (by !== null) return countsOf(found, by);
  const nowS = context.sessionNowMs === null ? null : context.sessionNowMs / 1000;
  // Newest first, as `t` is: only rows that may be answered are made, with all of the last one's time.
  const oldest = found[request.limit - 1]?.t ?? Number.NEGATIVE_INFINITY;
  const rows = found
    .slice(0, found.findLastIndex(({ t }) => t >= oldest) + 1 || undefined)
    .map(({ alert, t, end }) => rowOf(alert, t, end, nowS));
  return {
    columns: words(
      't driver t_end time timeEnd alert_type severity state title text value threshold lap_number duration_s quality tags id age_s',
    ),
    reasonColumn: 'text',
    rows: ordered(rows, request.limit),
  };
}

interface Found {
  readonly alert: AlertMessage;
  readonly t: number;
  readonly end: number | null;
}

function rowOf(alert: AlertMessage, t: number, end: number | null, nowS: number | null): Row {
  const { alert_type: type, severity, driver, state, started_at: startedAt, ended_at: endedAt } = alert;
  const untilS = endedAt ?? nowS;
  return [
    t,
    driver,
    end,
    t,
    end,
    type,
    severity,
    state,
    `${driver} ${type.replaceAll('_', ' ')}`,
    alert.description,
    alert.value,
    alert.threshold,
    alert.lap_number,
    untilS === null ? null : rounded(Math.max(0, untilS - startedAt), 3),
    alert.quality,
    [type, severity, driver, alert.quality].join(','),
    alert.alert_id,
    nowS === null ? null : rounded(Math.max(0, nowS - startedAt), 1),
  ];
}

function readKeys(value: unknown): readonly Key[] | null {
  const names = value === undefined ? null : select(value);
  if (names === null) return null;
  return names.map((name) => {
    const key = keys.find((one) => one === name);
    if (key !== undefined) return key;
    throw badRequest(
      `by must be of ${keys.join(', ')}: current value is ${JSON.stringify(name.slice(0, 40))}`,
      'Leave by out for the alerts themselves',
    );
  });
}

function countsOf(found: readonly Found[], by: readonly Key[]): Table {
  const groups = new Map<string, { t: number; cells: Cell[]; alerts: number; open: number }>();
  for (const { alert, t } of found) {
    let id = '';
    for (const key of by) id += `${alert[key]}\n`;
    let group = groups.get(id);
    if (group === undefined) {
      group = { t, cells: by.map((key) => alert[key]), alerts: 0, open: 0 };
      groups.set(id, group);
    }
    group.t = Math.max(group.t, t);
    group.alerts++;
    if (alert.state === 'open') group.open++;
  }
  const rows = [...groups.values()]
    .sort((a, b) => b.alerts - a.alerts || String(a.cells[0]).localeCompare(String(b.cells[0])))
    .map(({ t, cells, alerts, open }) => [t, ...cells, alerts, open]);
  return { columns: ['t', ...by, 'alerts', 'open'], rows };
}
