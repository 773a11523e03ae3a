import { badRequest } from '../http/http-error.ts';
import { valuesOf } from '../http/request-values.ts';
import type { Values } from '../http/request-values.ts';
import { select } from './select.ts';

/** Names that filters on one key leave and take away. */
export interface Filter {
  /** In upper case; null = all. */
  readonly only: ReadonlySet<string> | null;
  /** In upper case. */
  readonly without: ReadonlySet<string>;
}

/** Keys of ad-hoc filters. */
export const filterKeys = ['driver', 'severity', 'alert_type'] as const;

export type Filters = Readonly<Record<(typeof filterKeys)[number], Filter>>;

const including: ReadonlySet<unknown> = new Set([undefined, null, '', '=', '=~', '=|']);
const excluding: ReadonlySet<unknown> = new Set(['!=', '!~', '!=|']);

/**
 * Ad-hoc filters of a request, `filters` or `adhocFilters`; keys that are not ours are left alone.
 * @throws {HttpError} 400 for an operator that names cannot have, or a variable that was not replaced
 */
export function readFilters(body: Values): Filters {
  const lists = [body['filters'], body['adhocFilters']].filter((list) => Array.isArray(list));
  const all = lists.flat().map(valuesOf);
  return {
    driver: readFilter('driver', all),
    severity: readFilter('severity', all),
    alert_type: readFilter('alert_type', all),
  };
}

function readFilter(key: string, all: readonly Values[]): Filter {
  const included: Set<string>[] = [];
  const without = new Set<string>();
  for (const filter of all) {
    if (filter['key'] !== key) continue;
    const { operator, value, values } = filter;
    const names = select(Array.isArray(values) && values.length > 0 ? values : value);
    const upper = new Set((names ?? []).map((name) => name.toUpperCase()));
    if (excluding.has(operator)) for (const name of upper) without.add(name);
    else if (including.has(operator)) {
      if (names !== null) included.push(upper);
    } else {
      throw badRequest(
        `Cannot filter ${key} by the operator ${String(JSON.stringify(operator)).slice(0, 20)}`,
        'Use =, !=, =~ or !~',
      );
    }
  }
  const [first, ...others] = included;
  const only =
    first === undefined ? null : new Set([...first].filter((name) => others.every((set) => set.has(name))));
  return { only, without };
}

/** True when a filter leaves a name. O(1). */
export function passes({ only, without }: Filter, name: string): boolean {
  const upper = name.toUpperCase();
  return !without.has(upper) && (only === null || only.has(upper));
}
