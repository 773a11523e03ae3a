/** A JSON value and whether bare NaN or Infinity in it were read as null. */
export interface ParsedJson {
  readonly value: unknown;
  readonly repaired: boolean;
}

const bareToken = /-?(?:NaN|Infinity)/y;
const quote = 34;
const backslash = 92;

/** Replaces bare NaN, Infinity and -Infinity outside strings by null; the text itself when there is none. O(length). */
export function replaceBareNumbers(text: string): string {
  let result = '';
  let copiedTo = 0;
  let isInString = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (isInString) {
      if (code === backslash) at++;
      else if (code === quote) isInString = false;
      continue;
    }
    if (code === quote) {
      isInString = true;
      continue;
    }
    // '-', 'I' or 'N': only these can start such a token.
    if (code !== 45 && code !== 73 && code !== 78) continue;
    bareToken.lastIndex = at;
    const token = bareToken.exec(text);
    if (token === null) continue;
    result += `${text.slice(copiedTo, at)}null`;
    at += token[0].length - 1;
    copiedTo = at + 1;
  }
  return copiedTo === 0 ? text : result + text.slice(copiedTo);
}

/** Parses JSON as Python recorders write it. Throws SyntaxError when it is broken in any other way. */
export function parseFeedJson(text: string): ParsedJson {
  try {
    return { value: JSON.parse(text) as unknown, repaired: false };
  } catch (error) {
    const replaced = replaceBareNumbers(text);
    if (replaced === text) throw error;
    return { value: JSON.parse(replaced) as unknown, repaired: true };
  }
}
