/** Reference to a data source. */
export interface DataSourceRef {
  readonly type?: string;
  readonly uid?: string;
}

/** A query of a panel; what more it has depends on its data source. */
export interface Target {
  readonly refId: string;
  readonly hide?: boolean;
  readonly datasource?: DataSourceRef;
  readonly queryType?: string;
  readonly format?: string;
}

/** Settings of a field: unit, thresholds, links and those of the panel type in `custom`. */
export interface FieldSettings {
  readonly unit?: string;
  readonly custom?: Readonly<Record<string, unknown>>;
  readonly [option: string]: unknown;
}

/** A panel of a v1 dashboard. */
export interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title?: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly datasource?: DataSourceRef;
  readonly targets?: readonly Target[];
  readonly maxDataPoints?: number;
  /** Lower limit of the interval. */
  readonly interval?: string;
  readonly timeFrom?: string;
  readonly timeShift?: string;
  readonly transformations?: readonly {
    readonly id: string;
    readonly options?: Readonly<Record<string, unknown>>;
    readonly disabled?: boolean;
    readonly filter?: unknown;
  }[];
  readonly fieldConfig?: {
    readonly defaults: FieldSettings;
    readonly overrides: readonly {
      readonly matcher: { readonly id: string; readonly options?: unknown };
      readonly properties: readonly { readonly id: string; readonly value?: unknown }[];
    }[];
  };
  readonly options?: Readonly<Record<string, unknown>>;
  readonly repeat?: string;
  readonly links?: readonly { readonly url?: string }[];
  readonly collapsed?: boolean;
  /** Panels of a collapsed row. */
  readonly panels?: readonly Panel[];
}

/** A variable of a v1 dashboard. */
export interface VariableModel {
  readonly name: string;
  readonly type: string;
  readonly label?: string;
  readonly datasource?: DataSourceRef | null;
  readonly query?: unknown;
  readonly regex?: string;
  readonly sort?: number;
  readonly multi?: boolean;
  readonly includeAll?: boolean;
  readonly allValue?: string | null;
  readonly current?: {
    readonly text?: string | readonly string[];
    readonly value?: string | readonly string[];
  };
  readonly hide?: number;
  /** Choices besides those of the query, before them unless `staticOptionsOrder` says `after`. */
  readonly staticOptions?: readonly { readonly text: string; readonly value: string }[];
  readonly staticOptionsOrder?: string;
}

/** An annotation query of a v1 dashboard. */
export interface AnnotationModel {
  readonly name: string;
  readonly enable?: boolean;
  readonly hide?: boolean;
  readonly builtIn?: number;
  readonly iconColor?: string;
  readonly datasource?: DataSourceRef;
  readonly target?: Target;
  readonly filter?: { readonly exclude?: boolean; readonly ids: readonly number[] };
}

/** A dashboard in Grafana's v1 JSON, as far as we read it. */
export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly schemaVersion: number;
  readonly refresh?: string;
  readonly time?: { readonly from: string; readonly to: string };
  readonly panels: readonly Panel[];
  readonly templating?: { readonly list?: readonly VariableModel[] };
  readonly annotations?: { readonly list?: readonly AnnotationModel[] };
  readonly links?: readonly { readonly url?: string; readonly includeVars?: boolean }[];
}

/** Panels that draw something: rows are opened, row headings left out. */
export function panelsOf(dashboard: Pick<Dashboard, 'panels'>): Panel[] {
  return dashboard.panels.flatMap((panel) => (panel.type === 'row' ? (panel.panels ?? []) : [panel]));
}

/**
 * Queries of a panel that are sent, each with the data source that it is sent to: the panel's, as in Grafana, where the panel
 * has one and is not mixed.
 */
export function targetsOf({ targets = [], datasource }: Panel): Target[] {
  const isOwn = datasource?.uid === undefined || datasource.uid === '-- Mixed --';
  return targets
    .filter(({ hide }) => hide !== true)
    .map((target) => (isOwn ? target : { ...target, datasource }));
}

/** Annotation queries, those too that are off until they are switched on, without Grafana's own. */
export function annotationsOf(dashboard: Dashboard): AnnotationModel[] {
  return (dashboard.annotations?.list ?? []).filter(
    ({ builtIn, datasource }) =>
      builtIn !== 1 && datasource?.uid !== undefined && datasource.uid !== '-- Grafana --',
  );
}

/**
 * Variables in the order in which they can be evaluated: each after those that its query or data source names. Throws
 * when they depend on each other in a circle.
 */
export function orderVariables(dashboard: Dashboard): VariableModel[] {
  const waiting = [...(dashboard.templating?.list ?? [])];
  const ordered: VariableModel[] = [];
  while (waiting.length > 0) {
    const next = waiting.findIndex((one) => !waiting.some((other) => other !== one && uses(one, other.name)));
    if (next < 0) {
      throw new Error(
        `Cannot order the variables of ${dashboard.uid}: ${waiting.map(({ name }) => name).join(', ')} depend on each other`,
      );
    }
    ordered.push(...waiting.splice(next, 1));
  }
  return ordered;
}

/** An instant of Grafana's relative time: `now`, `now-5m`, `now+1h`, epoch ms or ISO 8601 → epoch ms. Throws otherwise. */
export function timeOf(text: string, nowMs: number): number {
  const unitMs: Readonly<Record<string, number>> = {
    ms: 1,
    s: 1e3,
    m: 6e4,
    h: 36e5,
    d: 864e5,
    w: 6048e5,
  };
  const relative = /^now(?:([+-])(\d+)(ms|[smhdw]))?$/.exec(text.trim());
  if (relative !== null) {
    const [, sign, amount = '0', unit = 'ms'] = relative;
    return nowMs + (sign === '-' ? -1 : 1) * Number(amount) * unitMs[unit]!;
  }
  const ms = /^\d+$/.test(text) ? Number(text) : Date.parse(text);
  if (Number.isNaN(ms))
    throw new Error(`Cannot read the time "${text}": it must be now-5m, epoch ms or ISO 8601`);
  return ms;
}

function uses({ query, regex = '', datasource }: VariableModel, name: string): boolean {
  const text = JSON.stringify([query ?? null, regex, datasource ?? null]);
  return new RegExp(String.raw`\$${name}\b|\$\{${name}[}:.]|\[\[${name}[\]:]`).test(text);
}
