import { AnnotationQueryBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { infinity, string, time } from './infinity-target.ts';
import type { Column } from './infinity-target.ts';
import { bridgeSource } from './sources.ts';

const moments: readonly Column[] = [
  time('time', 'time'),
  string('title', 'title'),
  string('text', 'text'),
  string('tags', 'tags'),
];
const regions: readonly Column[] = [...moments, time('timeEnd', 'timeEnd')];

interface Marks {
  readonly name: string;
  readonly colour: string;
  readonly table: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly isShown?: boolean;
  /** A line where it begins instead of a region: for what lasts long and overlaps. */
  readonly isMoment?: boolean;
}

function marks({
  name,
  colour,
  table,
  params = {},
  isShown = true,
  isMoment = false,
}: Marks): AnnotationQueryBuilder {
  return new AnnotationQueryBuilder()
    .name(name)
    .datasource(bridgeSource)
    .enable(isShown)
    .hide(false)
    .iconColor(colour)
    .target(annotationTarget(table, params, isMoment ? moments : regions));
}

/** Marks have no row that says why they are empty: it would be drawn as a mark. */
function annotationTarget(
  table: string,
  params: Readonly<Record<string, string>>,
  columns: readonly Column[],
): ReturnType<typeof infinity> {
  const model = infinity({ refId: 'Anno', table, params, columns, format: 'dataframe' }).build();
  const { url_options: options } = model as unknown as {
    url_options: { params: { key: string; value: string }[] };
  };
  options.params = options.params.filter(({ key }) => key !== 'notice');
  return { build: () => model };
}

const ofDrivers = { driver: '${driver:csv}' };

/** Flags as regions, and what happened to the replay: for every dashboard with a time axis. */
export function raceMarks(): AnnotationQueryBuilder[] {
  return [
    marks({
      name: 'Flags',
      colour: 'rgba(255, 204, 0, 0.6)',
      table: 'track-status',
      params: { caution: 'true', limit: '100' },
    }),
    marks({
      name: 'Replay',
      colour: 'rgba(150, 150, 160, 0.8)',
      table: 'replay-events',
      params: { limit: '50' },
    }),
  ];
}

/**
 * Alerts, DRS and braking of the drivers chosen. Braking is off until it is switched on: it comes a dozen times a lap and
 * driver, and hides the traces of more than one.
 */
export function driverMarks(): AnnotationQueryBuilder[] {
  return [
    marks({
      name: 'Alerts',
      colour: 'rgba(242, 73, 92, 0.8)',
      table: 'alerts',
      params: { ...ofDrivers, type: 'high_speed,brake_temperature', limit: '200' },
      isMoment: true,
    }),
    marks({
      name: 'DRS',
      colour: 'rgba(86, 214, 120, 0.5)',
      table: 'episodes',
      params: { ...ofDrivers, of: 'drs', limit: '200' },
    }),
    marks({
      name: 'Braking',
      colour: 'rgba(255, 152, 48, 0.4)',
      table: 'episodes',
      params: { ...ofDrivers, of: 'brake', limit: '200' },
      isShown: false,
    }),
  ];
}
