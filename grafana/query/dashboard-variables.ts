import { orderVariables } from './dashboard.ts';
import type { Dashboard, VariableModel } from './dashboard.ts';
import type { QueryFrame } from './frame.ts';
import { allValues } from './variable.ts';
import type { Variable } from './variable.ts';

/** A choice of a variable. */
export interface Option {
  readonly text: string;
  readonly value: string;
}

/** Asks for the choices of a query variable (of its data source) or of a `datasource` variable; `known` are the variables that were evaluated before. */
export type AskOptions = (model: VariableModel, known: readonly Variable[]) => Promise<readonly Option[]>;

/**
 * Evaluates the variables of a dashboard in order of dependency and selects what Grafana selects when the dashboard is
 * opened: the stored selection where it is still a choice, else All (where offered) or the first choice. `chosen` replaces
 * stored selections by name, as `?var-driver=VER` does. Throws for types of variables that no dashboard of ours has.
 */
export async function evaluateVariables(
  dashboard: Dashboard,
  ask: AskOptions,
  chosen: Readonly<Record<string, string | readonly string[]>> = {},
): Promise<Variable[]> {
  const known: Variable[] = [];
  for (const model of orderVariables(dashboard)) {
    const options = await optionsOf(model, known, ask);
    const selected = chosen[model.name];
    const current = selected === undefined ? model.current : { value: selected, text: selected };
    known.push(selectDefault({ ...model, ...(current === undefined ? {} : { current }) }, options));
  }
  return known;
}

/** Selection that Grafana makes for a variable with these choices. */
export function selectDefault(model: VariableModel, options: readonly Option[]): Variable {
  const isMulti = model.multi === true;
  const includeAll = model.includeAll === true;
  const variable = (value: string | readonly string[], text: string | readonly string[]): Variable => ({
    name: model.name,
    value,
    text,
    options: options.map((option) => option.value),
    ...(model.allValue ? { allValue: model.allValue } : {}),
    multi: isMulti,
    includeAll,
  });
  const asList = (text: string): string | readonly string[] => (isMulti ? [text] : text);
  if (options.length === 0) {
    if (includeAll) return variable(allValues, 'All');
    return isMulti ? variable([], []) : variable('', '');
  }
  const { value = '', text = '' } = model.current ?? {};
  const values = typeof value === 'string' ? [value] : value;
  if (values[0] === allValues && includeAll) return variable(asList(allValues), asList('All'));
  const stored = isMulti
    ? values.flatMap((one) => options.find((option) => option.value === one) ?? [])
    : [
        options.find((option) => option.value === value) ?? options.find((option) => option.text === text),
      ].flatMap((option) => option ?? []);
  if (stored.length === 0 && includeAll) return variable(asList(allValues), asList('All'));
  const picked = stored.length === 0 ? options.slice(0, 1) : stored;
  return isMulti
    ? variable(
        picked.map((option) => option.value),
        picked.map((option) => option.text),
      )
    : variable(picked[0]!.value, picked[0]!.text);
}

/**
 * Choices in an answer to a variable query of Infinity: the fields `__text` and `__value`, else of two fields the first as
 * text and the second as value, else the first as both.
 */
export function optionsOfFrame(frame: QueryFrame | undefined): Option[] {
  const [first, second] = frame?.fields ?? [];
  if (frame === undefined || first === undefined) return [];
  const named = (name: string): unknown[] | undefined =>
    frame.fields.find((field) => field.name === name)?.values;
  const texts = named('__text');
  const values = named('__value');
  const pair = texts !== undefined && values !== undefined && frame.fields.length >= 2;
  const text = pair ? texts : first.values;
  const value = pair ? values : frame.fields.length === 2 ? second!.values : first.values;
  return text.map((one, row) => ({ text: String(one), value: String(value[row]) }));
}

/** Choices after the variable's own `regex` and `sort`, each value once. */
export function refineOptions(options: readonly Option[], { regex = '', sort = 0 }: VariableModel): Option[] {
  const seen = new Set<string>();
  const kept = options
    .flatMap((option) => (regex === '' ? [option] : matched(option, regex)))
    .filter(({ value }) => !seen.has(value) && seen.add(value) !== undefined);
  if (sort === 0) return kept;
  const order = Math.ceil(sort / 2);
  const compare = comparers[order];
  if (compare === undefined) throw new Error(`Cannot sort options: sort is ${sort}, must be 0 to 6`);
  kept.sort((a, b) => compare(a.text, b.text));
  return sort % 2 === 0 ? kept.toReversed() : kept;
}

const comparers: Readonly<Record<number, (a: string, b: string) => number>> = {
  1: (a, b) => (a < b ? -1 : Number(a > b)),
  2: (a, b) => numberIn(a) - numberIn(b),
  3: (a, b) => a.toLowerCase().localeCompare(b.toLowerCase()),
};

function numberIn(text: string): number {
  return Number(/\d+/.exec(text)?.[0] ?? -1);
}

function matched(option: Option, regex: string): Option[] {
  const [, body = regex, flags = ''] = /^\/(.*)\/([a-z]*)$/s.exec(regex) ?? [];
  const found = new RegExp(body, flags.replace('g', '')).exec(option.value);
  if (found === null) return [];
  const { text, value } = found.groups ?? {};
  const group = found[1];
  if (text !== undefined || value !== undefined) {
    return [{ text: text ?? value ?? option.text, value: value ?? text ?? option.value }];
  }
  return group === undefined ? [option] : [{ text: group, value: group }];
}

async function optionsOf(
  model: VariableModel,
  known: readonly Variable[],
  ask: AskOptions,
): Promise<readonly Option[]> {
  const text = typeof model.query === 'string' ? model.query : '';
  switch (model.type) {
    case 'query':
      return withStatic(refineOptions(await ask(model, known), model), model);
    case 'datasource':
      return refineOptions(await ask(model, known), model);
    case 'custom':
      return customOptions(text);
    case 'interval':
      return customOptions(text);
    case 'constant':
    case 'textbox':
      return [{ text, value: text }];
    default:
      throw new Error(
        `Cannot evaluate variable ${model.name}: its type is ${model.type}, must be query, datasource, custom, interval, constant or textbox`,
      );
  }
}

function withStatic(options: readonly Option[], model: VariableModel): Option[] {
  const own = (model.staticOptions ?? []).map(({ text, value }) => ({ text, value }));
  const order = model.staticOptionsOrder ?? 'before';
  if (own.length > 0 && order !== 'before' && order !== 'after') {
    throw new Error(
      `Cannot evaluate variable ${model.name}: staticOptionsOrder is ${order}, must be before or after`,
    );
  }
  return order === 'after' ? [...options, ...own] : [...own, ...options];
}

/** `a, b, Long name : c` → choices; a comma after a backslash is part of the value. */
function customOptions(text: string): Option[] {
  const parts = text.match(/(?:\\,|[^,])+/g) ?? [];
  return parts.map((part) => {
    const plain = part.replaceAll(String.raw`\,`, ',').trim();
    const [, label, value] = /^(.+)\s:\s(.+)$/s.exec(plain) ?? [];
    return label === undefined || value === undefined
      ? { text: plain, value: plain }
      : { text: label.trim(), value: value.trim() };
  });
}
