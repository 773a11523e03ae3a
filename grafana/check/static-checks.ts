import { annotationsOf, panelsOf, targetsOf, timeOf } from '../query/dashboard.ts';
import type { Dashboard, DataSourceRef, FieldSettings, Panel } from '../query/dashboard.ts';
import { clashesOfVariables, faultsOfLinks } from './check-links.ts';
import { faultsOfType } from './declared-types.ts';
import type { DeclaredTypes } from './declared-types.ts';
import { grafanaData, transformationIds } from './grafana-data.ts';
import { faultsOfSettings, standardProperties, typesOfPanel } from './panel-schema.ts';

/** Something that is wrong with a dashboard, in one sentence. */
export interface Fault {
  readonly dashboard: string;
  readonly panel: string;
  readonly text: string;
}

/** A dashboard and the file that it comes from. */
export interface DashboardFile {
  readonly file: string;
  readonly dashboard: Dashboard;
}

/** Sources that Grafana has without provisioning. */
const builtInSources: ReadonlySet<string> = new Set([
  'grafana',
  '-- Grafana --',
  '-- Dashboard --',
  '-- Mixed --',
]);

const gridColumns = 24;

/**
 * What is wrong with dashboards without asking anything: doubled uids, titles and panel ids, overlapping panels, unknown
 * data sources, units, transformations, matchers, options and field settings, texts that are missing. O(panels²).
 */
export function checkStatically(
  files: readonly DashboardFile[],
  sources: readonly { readonly uid: string; readonly type: string }[],
): Fault[] {
  const faults: Fault[] = [];
  for (const key of ['uid', 'title'] as const) {
    const seen = new Map<string, string>();
    for (const { file, dashboard } of files) {
      const other = seen.get(dashboard[key]);
      if (other !== undefined) {
        faults.push({
          dashboard: dashboard.uid,
          panel: '',
          text: `${key} "${dashboard[key]}" is in ${other} and in ${file}`,
        });
      }
      seen.set(dashboard[key], file);
    }
  }
  const all = files.map(({ dashboard }) => dashboard);
  for (const text of clashesOfVariables(all)) faults.push({ dashboard: '', panel: '', text });
  for (const dashboard of all) {
    faults.push(...checkDashboard(dashboard, sources));
    for (const text of faultsOfLinks(dashboard, all))
      faults.push({ dashboard: dashboard.uid, panel: '', text });
  }
  return faults;
}

type Sources = readonly { readonly uid: string; readonly type: string }[];

function checkDashboard(dashboard: Dashboard, sources: Sources): Fault[] {
  const faults: Fault[] = [];
  const add = (panel: string, text: string): void =>
    void faults.push({ dashboard: dashboard.uid, panel, text });
  if ('id' in dashboard && typeof dashboard.id === 'number')
    add('', 'a provisioned dashboard must not have a numeric id');
  if ('__inputs' in dashboard) add('', 'a provisioned dashboard must not have __inputs');
  for (const text of faultsOfFrame(dashboard)) add('', text);
  const panels = panelsOf(dashboard);
  const shown = [...dashboard.panels, ...panels.filter((panel) => !dashboard.panels.includes(panel))];
  for (const id of doubled(shown.map((panel) => panel.id))) add('', `panel id ${id} is used twice`);
  for (const [a, b] of overlapping(dashboard.panels)) add(nameOf(a), `overlaps ${nameOf(b)}`);
  for (const name of doubled((dashboard.templating?.list ?? []).map((variable) => variable.name))) {
    add('', `variable ${name} is there twice`);
  }
  const checkSource = (where: string, ref: DataSourceRef | null | undefined): void => {
    const fault = faultOfSource(ref, dashboard, sources);
    if (fault !== null) add(where, fault);
  };
  for (const { name, type, datasource } of dashboard.templating?.list ?? []) {
    if (type === 'query') checkSource(`variable ${name}`, datasource);
  }
  for (const { name, datasource } of annotationsOf(dashboard)) checkSource(`annotation ${name}`, datasource);
  for (const panel of panels) {
    for (const text of checkPanel(panel)) add(nameOf(panel), text);
    const own = panel.datasource?.uid === '-- Mixed --' ? undefined : panel.datasource;
    if (own !== undefined) checkSource(nameOf(panel), own);
    for (const { refId, datasource } of panel.targets ?? []) {
      if (own === undefined) checkSource(nameOf(panel), datasource);
      else if (datasource?.uid !== undefined && datasource.uid !== own.uid) {
        const text = `target ${refId} has the source ${datasource.uid}, Grafana asks the panel's, ${own.uid ?? ''}`;
        add(nameOf(panel), text);
      }
    }
    for (const refId of doubled(targetsOf(panel).map((target) => target.refId)))
      add(nameOf(panel), `target ${refId} is there twice`);
  }
  return faults;
}

/** What Grafana refuses of a dashboard as a whole. */
function faultsOfFrame({ uid, title, refresh = '', time }: Dashboard): string[] {
  const faults: string[] = [];
  if (!/^[\w-]{1,40}$/u.test(uid)) faults.push(`uid "${uid}" must be 1 to 40 letters, digits, - and _`);
  if (title.trim() === '') faults.push('has no title');
  if (!/^(?:\d+[smhd])?$/u.test(refresh)) faults.push(`refresh "${refresh}" is no duration`);
  for (const text of time === undefined ? [] : [time.from, time.to]) {
    try {
      timeOf(text, 0);
    } catch (error) {
      faults.push(error instanceof Error ? error.message : String(error));
    }
  }
  return faults;
}

/** Title of a panel with its id. */
export function nameOf({ id, title = '', type }: Panel): string {
  return `${title === '' ? type : title} (${id})`;
}

function faultOfSource(
  ref: DataSourceRef | null | undefined,
  { templating }: Dashboard,
  sources: Sources,
): string | null {
  const named = ref?.uid ?? '';
  const variable = (templating?.list ?? []).find(
    ({ name, type }) => type === 'datasource' && (named === `\${${name}}` || named === `$${name}`),
  );
  const uid = variable === undefined ? named : String(variable.current?.value);
  if (builtInSources.has(uid)) return null;
  const source = sources.find((one) => one.uid === uid);
  if (source === undefined) {
    return `data source uid "${uid}" is not provisioned: known are ${sources.map((one) => one.uid).join(', ')}`;
  }
  return ref?.type === source.type
    ? null
    : `data source ${uid} is of type ${source.type}, not ${ref?.type ?? 'none'}`;
}

function checkPanel(panel: Panel): string[] {
  const faults: string[] = [];
  const { type, gridPos: place, fieldConfig, transformations = [], options = {} } = panel;
  if (place.x < 0 || place.y < 0 || place.w < 1 || place.h < 1 || place.x + place.w > gridColumns) {
    faults.push(`lies outside the grid of ${gridColumns} columns: ${JSON.stringify(place)}`);
  }
  if ((panel.description ?? '') === '' && type !== 'text') faults.push('has no description');
  const types = typesOfPanel(type);
  if (types === null) return [...faults, `panel type "${type}" is unknown`];
  faults.push(...faultsOfType(options, 'Options', 'option', types));
  for (const { id, options: set = {} } of transformations) {
    if (!transformationIds.has(id))
      faults.push(`transformation "${id}" is unknown: known are ${[...transformationIds].join(', ')}`);
    for (const key of Object.keys(set))
      if (knownOptions[id]?.includes(key) === false)
        faults.push(`transformation ${id} does not know "${key}"`);
  }
  for (const id of calculationsOf(panel)) {
    if (grafanaData.fieldReducers.getIfExists(id) === undefined)
      faults.push(`calculation "${id}" is unknown`);
  }
  faults.push(...checkSettings(fieldConfig?.defaults ?? {}, types));
  if (type !== 'text' && !hasUnit(panel)) faults.push('has no unit');
  for (const { matcher, properties } of fieldConfig?.overrides ?? []) {
    if (grafanaData.fieldMatchers.getIfExists(matcher.id) === undefined)
      faults.push(`override matcher "${matcher.id}" is unknown`);
    for (const { id, value } of properties) {
      if (id === 'color') faults.push(...faultsOfColour(value));
      const [, custom = ''] = /^custom\.([\w.]+)$/.exec(id) ?? [];
      if (custom !== '') {
        const setting = custom.split('.').reduceRight((inner, key) => ({ [key]: inner }), value);
        faults.push(...faultsOfType(setting, 'FieldConfig', 'override custom', types));
        continue;
      }
      if (!standardProperties.has(id)) faults.push(`override property "${id}" is unknown to ${type}`);
      else faults.push(...faultsOfSettings({ [id]: value }), ...faultsOfColours(value));
      if (id === 'unit' && !isUnit(value)) faults.push(`override has the unknown unit "${String(value)}"`);
    }
  }
  return faults;
}

/** Options of transformations that we use; what they do not know Grafana passes over. */
const knownOptions: Readonly<Record<string, readonly string[]>> = {
  sortBy: ['fields', 'sort'],
  organize: ['excludeByName', 'includeByName', 'indexByName', 'renameByName', 'orderBy', 'orderByMode'],
  groupingToMatrix: ['columnField', 'rowField', 'valueField', 'emptyValue'],
  joinByField: ['byField', 'mode'],
  labelsToFields: ['mode', 'keepLabels', 'valueLabel'],
  filterFieldsByName: ['include', 'exclude', 'byVariable', 'variable'],
  groupBy: ['fields'],
  convertFieldType: ['conversions', 'fields'],
  reduce: ['reducers', 'mode', 'includeTimeField', 'labelsToFields', 'fields'],
  limit: ['limitField'],
};

function checkSettings(settings: FieldSettings, types: DeclaredTypes): string[] {
  const faults: string[] = [
    ...faultsOfSettings(settings),
    ...faultsOfColours(settings['thresholds']),
    ...faultsOfColours(settings['mappings']),
    ...faultsOfType(settings.custom ?? {}, 'FieldConfig', 'field setting custom', types),
  ];
  if (settings['color'] !== undefined) faults.push(...faultsOfColour(settings['color']));
  if (settings.unit !== undefined && !isUnit(settings.unit))
    faults.push(`unit "${settings.unit}" is unknown`);
  return faults;
}

/** Ids of the calculations in a panel's options and transformations. */
function calculationsOf({ options = {}, transformations = [] }: Panel): string[] {
  const listOf = (value: unknown, key: string): string[] =>
    ((value ?? {}) as Record<string, string[]>)[key] ?? [];
  return [
    ...listOf(options['reduceOptions'], 'calcs'),
    ...listOf(options['legend'], 'calcs'),
    ...transformations.flatMap(({ id, options: set }) => (id === 'reduce' ? listOf(set, 'reducers') : [])),
  ];
}

function faultsOfColour(colour: unknown): string[] {
  const { mode = '' } = (colour ?? {}) as { readonly mode?: string };
  const { fixedColor } = (colour ?? {}) as { readonly fixedColor?: string };
  const isKnown = grafanaData.fieldColorModeRegistry.getIfExists(mode) !== undefined;
  return [
    ...(isKnown ? [] : [`colour mode "${mode}" is unknown`]),
    ...(fixedColor === undefined || isColour(fixedColor) ? [] : [`colour "${fixedColor}" is unknown`]),
  ];
}

/** Colours anywhere in thresholds or mappings that neither CSS nor Grafana's theme knows. */
function faultsOfColours(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, one]) => {
    if (key === 'color' && typeof one === 'string')
      return isColour(one) ? [] : [`colour "${one}" is unknown`];
    return faultsOfColours(one);
  });
}

const theme = grafanaData.createTheme();

function isColour(text: string): boolean {
  if (/^#[0-9a-f]{3,8}$|^rgba?\(|^hsla?\(/iu.test(text) || text === 'transparent' || text === 'text')
    return true;
  return theme.visualization.getColorByName(text) !== text;
}

function hasUnit({ fieldConfig }: Panel): boolean {
  const overrides = fieldConfig?.overrides ?? [];
  return (
    fieldConfig?.defaults.unit !== undefined ||
    overrides.some(({ properties }) => properties.some(({ id }) => id === 'unit'))
  );
}

let units: ReadonlySet<string> | null = null;

/** True for the units of Grafana's own list, and for texts of one's own behind a prefix (`suffix:laps`). */
function isUnit(unit: unknown): boolean {
  units ??= new Set(
    grafanaData.getValueFormats().flatMap(({ submenu }) => submenu.map(({ value }) => value)),
  );
  return (
    typeof unit === 'string' &&
    (units.has(unit) || /^(?:prefix|suffix|time|si|count|currency|bool):./.test(unit))
  );
}

function doubled<T>(values: readonly T[]): Set<T> {
  return new Set(values.filter((value, index) => values.indexOf(value) !== index));
}

function overlapping(panels: readonly Panel[]): [Panel, Panel][] {
  const touch = ({ gridPos: a }: Panel, { gridPos: b }: Panel): boolean =>
    a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
  return panels.flatMap((a, index) =>
    panels.slice(index + 1).flatMap((b): [Panel, Panel][] => (touch(a, b) ? [[a, b]] : [])),
  );
}
