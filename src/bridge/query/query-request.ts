import { badRequest, HttpError } from '../http/http-error.ts';
import type { QueryTarget } from './query-engine.ts';
import { valuesOf } from '../http/request-values.ts';
import type { Values } from '../http/request-values.ts';
import { readSelection, UnreplacedVariable } from './selection.ts';
import type { Selection } from './selection.ts';

const maxTargets = 500;

/** A target with the form of its answer. */
export interface RequestedTarget extends QueryTarget {
  readonly form: 'series' | 'table';
}

/**
 * Targets of Grafana's request: `targets[].target` with `payload.driver`, `type` and ad-hoc filters. Hidden targets and
 * targets without a name are left out, as the data source itself does.
 * @throws {HttpError} 400 when `targets` is no array or a selection holds a variable that was not replaced
 */
export function readTargets(body: Values): RequestedTarget[] {
  const { targets } = body;
  if (!Array.isArray(targets)) {
    throw badRequest(
      'Cannot answer a query without targets',
      'Send {"targets": [{"target": "VER.speed"}], "range": …}',
    );
  }
  if (targets.length > maxTargets) {
    throw badRequest(
      `Cannot answer ${targets.length} targets: at most ${maxTargets} are answered at once`,
      'Ask in parts',
    );
  }
  const filters = readFilters(body);
  const found: RequestedTarget[] = [];
  for (const item of targets) {
    const { target, refId, hide, payload, data, type, drivers, driver } =
      typeof item === 'string' ? valuesOf({ target: item }) : valuesOf(item);
    if (typeof target !== 'string' || target.trim() === '' || hide === true) continue;
    const chosen = { ...payloadOf(data), ...payloadOf(payload) };
    const own = select(chosen['driver'] ?? chosen['drivers'] ?? driver ?? drivers);
    found.push({
      target,
      refId: typeof refId === 'string' ? refId.slice(0, 40) : null,
      drivers: both(own, filters.only),
      only: filters.only,
      without: filters.without,
      form: type === 'table' ? 'table' : 'series',
    });
  }
  return found;
}

/** A payload may be an object or the text of one; bad text counts as none. */
function payloadOf(payload: unknown): Values {
  if (typeof payload !== 'string') return valuesOf(payload);
  try {
    return valuesOf(JSON.parse(payload));
  } catch {
    return {};
  }
}

function readFilters(body: Values): { only: Selection; without: string[] } {
  let only: Selection = null;
  const without: string[] = [];
  for (const list of [body['filters'], body['adhocFilters']]) {
    if (!Array.isArray(list)) continue;
    for (const filter of list) {
      const { key, operator, value } = valuesOf(filter);
      if (key !== 'driver') continue;
      const names = select(value);
      if (operator === '!=' || operator === '!~')
        without.push(...(names ?? []).map((name) => name.toUpperCase()));
      else only = both(only, names);
    }
  }
  return { only, without };
}

/** Names in both selections; null = all. */
function both(a: Selection, b: Selection): Selection {
  if (a === null) return b;
  if (b === null) return a;
  const upper = new Set(b.map((name) => name.toUpperCase()));
  return a.filter((name) => upper.has(name.toUpperCase()));
}

/** A selection of a request; a variable that was not replaced is the caller's fault. */
export function select(value: unknown): Selection {
  try {
    return readSelection(value);
  } catch (error) {
    if (!(error instanceof UnreplacedVariable)) throw error;
    throw new HttpError(
      400,
      'F1_BRIDGE_QUERY',
      `Cannot read ${JSON.stringify(error.message)}: the variable in it was not replaced`,
      'Define the dashboard variable, or name drivers and metrics',
    );
  }
}
