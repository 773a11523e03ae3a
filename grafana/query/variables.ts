import { intervalText } from './interval.ts';
import { formatValue } from './variable-formats.ts';
import { allValues, isAll, valuesOf } from './variable.ts';
import type { Variable } from './variable.ts';

/** What a target is interpolated with. */
export interface Scope {
  readonly variables: readonly Variable[];
  readonly fromMs: number;
  readonly toMs: number;
  /** Interval that Grafana works out of range and width [ms]. */
  readonly intervalMs: number;
}

/** Name of a format (with its arguments after `:`), or a data source's own rule. */
export type Format = string | ((value: string | readonly string[], variable: Variable) => string);

/** Every way to write a variable: `$name`, `[[name:format]]`, `${name.path:format}`. */
export const variablePattern = /\$(\w+)|\[\[(\w+?)(?::(\w+))?\]\]|\$\{(\w+)(?:\.([^:^}]+))?(?::([^}]+))?\}/g;

/**
 * Replaces the variables of a text as Grafana does. What is not known stays as it is, so a data source (or a reader)
 * sees `$driver`. Throws for a format that Grafana knows and no dashboard of ours uses.
 */
export function interpolate(text: string, scope: Scope, format: Format = 'glob'): string {
  return text.replace(
    variablePattern,
    (
      match,
      plain?: string,
      bracket?: string,
      bracketFormat?: string,
      brace?: string,
      path?: string,
      braceFormat?: string,
    ) => {
      const name = plain ?? bracket ?? brace ?? '';
      const variable = path === undefined ? findVariable(name, scope) : undefined;
      return variable === undefined ? match : write(variable, bracketFormat ?? braceFormat ?? format, scope);
    },
  );
}

function write(variable: Variable, format: Format, scope: Scope): string {
  if (isAll(variable) && variable.allValue) {
    if (format === 'text') return 'All';
    if (format === 'queryparam') return formatValue('queryparam', variable, allValues);
    if (format === 'percentencode') return formatValue('percentencode', variable, variable.allValue);
    return interpolate(variable.allValue, scope);
  }
  const value = !isAll(variable) && typeof variable.value === 'string' ? variable.value : valuesOf(variable);
  return typeof format === 'string' ? formatValue(format, variable, value) : format(value, variable);
}

function findVariable(name: string, scope: Scope): Variable | undefined {
  const builtIn = builtInValue(name, scope);
  if (builtIn !== undefined) return { name, value: builtIn };
  return scope.variables.find((variable) => variable.name === name);
}

function builtInValue(name: string, scope: Scope): string | undefined {
  switch (name) {
    case '__from':
      return String(scope.fromMs);
    case '__to':
      return String(scope.toMs);
    case '__interval':
      return intervalText(scope.intervalMs);
    case '__interval_ms':
      return String(scope.intervalMs);
    default:
      return undefined;
  }
}
