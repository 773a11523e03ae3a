/** Steps of a path: names and array positions. */
const path = /^(?:\$\.)?[A-Za-z_][\w-]*(?:\.(?:[A-Za-z_][\w-]*|\d+)|\[\d+\])*$/;

/**
 * The part of an answer that a dotted path (`rows`, `data.rows`, `data[0].rows`) names; undefined where there is none.
 * Throws for a selector that is more than a path: Infinity would run it as JSONata, which nothing of ours needs.
 */
export function selectRoot(answer: unknown, selector: string): unknown {
  return selector.trim() === '' ? answer : follow(answer, selector, 'root_selector');
}

/** The value of a column: the key itself where the row has it, else a dotted path. Throws like `selectRoot`. */
export function selectColumn(row: unknown, selector: string): unknown {
  if (isRecord(row) && Object.hasOwn(row, selector)) return row[selector];
  return follow(row, selector, 'column selector');
}

function follow(from: unknown, selector: string, what: string): unknown {
  if (!path.test(selector)) {
    throw new Error(
      `Cannot follow the ${what} "${selector}": only dotted paths are supported, such as rows or data.rows`,
    );
  }
  const steps = selector
    .replace(/^\$\./, '')
    .replaceAll(/\[(\d+)\]/g, '.$1')
    .split('.');
  let at: unknown = from;
  for (const step of steps) {
    if (Array.isArray(at)) at = at[Number(step)];
    else if (isRecord(at) && Object.hasOwn(at, step)) at = at[step];
    else return undefined;
  }
  return at;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
