import {
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  TimePickerBuilder,
} from '@grafana/grafana-foundation-sdk/dashboard';

/** What every dashboard of ours has: uid, refresh, range and the links to the others. */
export function dashboardFrame(
  uid: string,
  title: string,
  description: string,
  range = 'now-5m',
): DashboardBuilder {
  return new DashboardBuilder(`F1 · ${title}`)
    .uid(uid)
    .description(description)
    .tags(['f1', 'slipstream'])
    .timezone('browser')
    .tooltip(DashboardCursorSync.Crosshair)
    .time({ from: range, to: 'now' })
    .refresh('5s')
    .timepicker(new TimePickerBuilder().refreshIntervals(['1s', '5s', '10s', '30s', '1m', '5m']))
    .liveNow(false)
    .link(
      new DashboardLinkBuilder('Dashboards')
        .type(DashboardLinkType.Dashboards)
        .icon('external link')
        .tooltip('The other dashboards, with this time range')
        .tags(['slipstream'])
        .asDropdown(true)
        .includeVars(true)
        .keepTime(true)
        .targetBlank(false)
        .url(''),
    );
}
