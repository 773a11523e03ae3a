/** Names as a query asks for them: a list, or null for "all". */
export type Selection = readonly string[] | null;

/** A parameter that still holds a dashboard variable; `variable` is its name as written, such as `$driver`. */
export class UnreplacedVariable extends Error {
  override readonly name = 'UnreplacedVariable';
  readonly variable: string;

  constructor(text: string, variable: string) {
    super(text.slice(0, 100));
    this.variable = variable.slice(0, 40);
  }
}

/** A parameter that holds more names than are read. */
export class TooManyNames extends Error {
  override readonly name = 'TooManyNames';

  constructor(names: number, most: number) {
    super(`it holds ${names} names, at most ${most} are read`);
  }
}

/** Far above what a session has, so that a dashboard variable with a thousand values is still read. */
const maxNames = 2000;
/** Full targets (`VER.speed`) in one text. */
const maxParts = 200;
const variable = /\$(?!__all\b)(?:\{[A-Za-z_][\w.:-]*\}?|[A-Za-z_]\w*)|\[\[\w+\]\]/u;
const allWords: ReadonlySet<string> = new Set(['', '*', '.*', '.+', '$__all', '__all', 'all']);

/**
 * Names of a parameter that may hold several: `VER`, `VER,HAM`, `VER|HAM`, `(VER|HAM)`, `{VER,HAM}`, an array of any of
 * these, or all (`$__all`, `*`, empty, absent). Text is never run as a pattern. Unique, in order.
 * @throws {UnreplacedVariable} when a dashboard variable was not replaced, such as `$driver`
 * @throws {TooManyNames}
 */
export function readSelection(value: unknown): Selection {
  const names = new Set<string>();
  if (!collect(value, names, 0)) return null;
  if (names.size > maxNames) throw new TooManyNames(names.size, maxNames);
  return [...names];
}

/** Adds names; false when the value means "all". */
function collect(value: unknown, names: Set<string>, depth: number): boolean {
  if (Array.isArray(value)) {
    if (value.length === 0 || depth > 2) return false;
    return value.every((item) => collect(item, names, depth + 1));
  }
  if (typeof value === 'number') {
    names.add(String(value));
    return true;
  }
  if (typeof value !== 'string') return false;
  checkReplaced(value);
  const parts = splitAlternatives(value);
  const isAll =
    parts.every((part) => part === '') ||
    parts.some((part) => part !== '' && allWords.has(part.toLowerCase()));
  if (isAll) return false;
  for (const part of parts) if (part !== '') names.add(part);
  return true;
}

/** Parts of `(A|B)`, `{A,B}`, `A,B`, `A|B`; brackets and quotes around a part are dropped, escapes removed. */
export function splitAlternatives(text: string): string[] {
  const trimmed = text.trim();
  return stripBrackets(trimmed)
    .split(/[,|]/u)
    .map((part) =>
      stripBrackets(part.trim())
        .replaceAll('\\', '')
        .replaceAll(/^["']|["']$/gu, '')
        .trim(),
    );
}

function stripBrackets(text: string): string {
  const first = text[0];
  const last = text.at(-1);
  const isWrapped =
    (first === '(' && last === ')') || (first === '{' && last === '}') || (first === '[' && last === ']');
  return isWrapped ? text.slice(1, -1).trim() : text;
}

/** One target: drivers (null = all) and metrics (null = all), names as written. */
export interface TargetNames {
  readonly drivers: Selection;
  readonly metrics: Selection;
}

/**
 * Reads a query target: `speed`, `VER.speed`, `(VER|HAM).speed`, `{VER,HAM}.{speed,rpm}`, `VER,HAM.speed`,
 * `VER.speed,HAM.rpm`. Several full targets in one text come back as several.
 * @throws {UnreplacedVariable}
 * @throws {TooManyNames}
 */
export function readTarget(text: string): TargetNames[] {
  checkReplaced(text);
  const trimmed = stripWholeGroup(text.trim().replaceAll('\\.', '.'));
  const full = splitTopLevel(trimmed);
  if (full.length > 1 && full.every((part) => part.includes('.'))) {
    const unique = [...new Set(full)];
    if (unique.length > maxParts) throw new TooManyNames(unique.length, maxParts);
    return unique.map(readOne);
  }
  return [readOne(trimmed)];
}

/** @throws {UnreplacedVariable} when the text still holds a dashboard variable */
export function checkReplaced(text: string): void {
  const found = variable.exec(text)?.[0];
  if (found !== undefined) throw new UnreplacedVariable(text, found);
}

function readOne(text: string): TargetNames {
  const dot = lastTopLevelDot(text);
  if (dot < 0) return { drivers: null, metrics: readSelection(text) };
  return { drivers: readSelection(text.slice(0, dot)), metrics: readSelection(text.slice(dot + 1)) };
}

/** `(VER.speed|HAM.speed)` without its brackets; other text as it is. */
function stripWholeGroup(text: string): string {
  const inner = stripBrackets(text);
  return inner !== text && inner.includes('.') && !/[(){}]/u.test(inner) ? inner : text;
}

function splitTopLevel(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    const letter = text[i]!;
    if (letter === '(' || letter === '{' || letter === '[') depth++;
    else if (letter === ')' || letter === '}' || letter === ']') depth--;
    else if (depth === 0 && (letter === ',' || letter === '|')) {
      parts.push(text.slice(from, i));
      from = i + 1;
    }
  }
  parts.push(text.slice(from));
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}

function lastTopLevelDot(text: string): number {
  let depth = 0;
  for (let i = text.length - 1; i >= 0; i--) {
    const letter = text[i]!;
    if (letter === ')' || letter === '}' || letter === ']') depth++;
    else if (letter === '(' || letter === '{' || letter === '[') depth--;
    else if (letter === '.' && depth === 0) return i;
  }
  return -1;
}
