/** What a Python literal can hold, as JSON values. */
export type Literal = string | number | boolean | null | Literal[] | { [key: string]: Literal };

/** A text that is no Python literal, with the place where it stops being one. */
export class LiteralError extends Error {
  override readonly name = 'LiteralError';
}

/** Deeper nesting is no recording. */
const maxDepth = 100;

const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  b: '\b',
  f: '\f',
  v: '\v',
  a: '\x07',
  '0': '\0',
  '\\': '\\',
  "'": "'",
  '"': '"',
};

/**
 * Reads the `repr` of a Python value: both quote kinds, escapes, True, False, None, numbers, lists, tuples and dictionaries.
 * nan and inf become null, as JSON has none. Throws LiteralError for anything else, and for text after the value. O(length).
 */
export function parsePythonLiteral(text: string): Literal {
  let at = 0;
  const fail = (what: string): never => {
    throw new LiteralError(`${what} at character ${at + 1}`);
  };
  const space = (): void => {
    while (at < text.length && /\s/.test(text[at]!)) at++;
  };
  const take = (char: string): boolean => {
    space();
    if (text[at] !== char) return false;
    at++;
    return true;
  };
  const string = (): string => {
    const quote = text[at]!;
    let value = '';
    for (at++; at < text.length; at++) {
      const char = text[at]!;
      if (char === quote) {
        at++;
        return value;
      }
      if (char !== '\\') value += char;
      else {
        at++;
        const code = text[at] ?? '';
        const digits = code === 'x' ? 2 : code === 'u' ? 4 : code === 'U' ? 8 : 0;
        if (digits > 0) {
          const hex = text.slice(at + 1, at + 1 + digits);
          const point =
            /^[0-9a-f]+$/i.test(hex) && hex.length === digits ? Number.parseInt(hex, 16) : Infinity;
          if (point > 0x10ffff) fail('A broken escape');
          value += String.fromCodePoint(point);
          at += digits;
        } else value += Object.hasOwn(escapes, code) ? escapes[code]! : `\\${code}`;
      }
    }
    return fail('A string without its end');
  };
  const items = (close: string, depth: number): Literal[] => {
    const list: Literal[] = [];
    while (!take(close)) {
      list.push(value(depth + 1));
      if (take(',')) continue;
      if (take(close)) break;
      fail(`Neither a comma nor ${close}`);
    }
    return list;
  };
  const dictionary = (depth: number): { [key: string]: Literal } => {
    const entries: [string, Literal][] = [];
    while (!take('}')) {
      const key = value(depth + 1);
      if (key !== null && typeof key === 'object') return fail('A key that is no text');
      if (!take(':')) fail('A key without its value');
      entries.push([String(key), value(depth + 1)]);
      if (take(',')) continue;
      if (take('}')) break;
      fail('Neither a comma nor }');
    }
    return Object.fromEntries(entries);
  };
  const word = (): Literal => {
    const match =
      /^(?:True|False|None|-?(?:nan|inf)|[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(?![\w.])/.exec(
        text.slice(at, at + 400),
      );
    if (match === null) return fail('No Python value');
    at += match[0].length;
    if (match[0] === 'True') return true;
    if (match[0] === 'False') return false;
    const number = Number(match[0]);
    return Number.isFinite(number) ? number : null;
  };
  const value = (depth: number): Literal => {
    if (depth > maxDepth) fail('Nesting that is too deep');
    space();
    const char = text[at];
    if (char === "'" || char === '"') return string();
    if (take('[')) return items(']', depth);
    if (take('(')) return items(')', depth);
    if (take('{')) return dictionary(depth);
    return word();
  };
  const result = value(0);
  space();
  if (at < text.length) fail('Text after the value');
  return result;
}
