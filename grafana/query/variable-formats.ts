import { allValues, isAll } from './variable.ts';
import type { Variable } from './variable.ts';

type Value = string | readonly string[];
type Formatter = (value: Value, variable: Variable, args: readonly string[]) => string;

/** Formats that Grafana has and that are written here: https://grafana.com/docs/grafana/latest/dashboards/variables/variable-syntax/ */
const formats: Readonly<Record<string, Formatter>> = {
  csv: (value) => joined(value, ','),
  date: (value, _variable, args) => formatDate(Number(value), args),
  doublequote: (value) => quoted(value, '"'),
  glob: (value) => (isList(value) && value.length > 1 ? `{${value.join(',')}}` : String(value)),
  join: (value, _variable, args) => joined(value, args[0] ?? ','),
  json: (value) => (isList(value) ? JSON.stringify(value) : value),
  percentencode: (value) => encodeURIComponentStrict(isList(value) ? `{${value.join(',')}}` : value),
  pipe: (value) => joined(value, '|'),
  queryparam: (value, variable) => queryParameters(variable, value),
  raw: String,
  regex: (value) => alternatives(value, escapeRegex),
  singlequote: (value) => quoted(value, "'"),
  text: (value, variable) => textOf(variable, value),
};

/** Formats of Grafana that nothing here needs: refused, because falling back to another one would answer wrongly. */
const unsupported = ['customqueryparam', 'distributed', 'html', 'lucene', 'sqlstring', 'uriencode'];

/** A value in one of Grafana's formats; a name that Grafana does not know means `glob`, as there. */
export function formatValue(format: string, variable: Variable, value: Value): string {
  const [name = '', ...args] = format.split(':');
  if (unsupported.includes(name)) {
    throw new Error(
      `Cannot interpolate \${${variable.name}:${name}}: this format is not supported, use one of ${Object.keys(formats).join(', ')}`,
    );
  }
  return (formats[name] ?? formats['glob']!)(value, variable, args);
}

/** `a` or `(a|b)` with each value escaped. */
export function alternatives(value: Value, escape: (text: string) => string): string {
  if (!isList(value)) return escape(value);
  return value.length === 1 ? escape(value[0]!) : `(${value.map(escape).join('|')})`;
}

function escapeRegex(text: string): string {
  return text.replace(/[\\^$*+?.()|[\]{}/]/g, String.raw`\$&`);
}

function encodeURIComponentStrict(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function quoted(value: Value, quote: string): string {
  const one = (text: string): string => `${quote}${text.replaceAll(quote, `\\${quote}`)}${quote}`;
  return isList(value) ? value.map(one).join(',') : one(value);
}

function joined(value: Value, separator: string): string {
  return isList(value) ? value.join(separator) : value;
}

function queryParameters(variable: Variable, value: Value): string {
  const values = isAll(variable) ? [allValues] : isList(value) ? value : [value];
  return values.map((one) => `var-${variable.name}=${encodeURIComponentStrict(one)}`).join('&');
}

function textOf(variable: Variable, value: Value): string {
  if (isAll(variable)) return 'All';
  const text = variable.text ?? value;
  return isList(text) ? text.join(' + ') : text;
}

function formatDate(ms: number, args: readonly string[]): string {
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) return 'NaN';
  const format = args.length === 0 ? 'iso' : args.join(':');
  if (format === 'iso') return date.toISOString();
  if (format === 'ms') return String(ms);
  if (format === 'seconds') return String(Math.round(ms / 1000));
  const iso = date.toISOString();
  const hours12 = date.getUTCHours() % 12 === 0 ? 12 : date.getUTCHours() % 12;
  const parts: Readonly<Record<string, string>> = {
    YYYY: iso.slice(0, 4),
    MM: iso.slice(5, 7),
    DD: iso.slice(8, 10),
    HH: iso.slice(11, 13),
    hh: String(hours12).padStart(2, '0'),
    mm: iso.slice(14, 16),
    ss: iso.slice(17, 19),
    SSS: iso.slice(20, 23),
  };
  return format.replace(/YYYY|MM|DD|HH|hh|mm|ss|SSS/g, (part) => parts[part]!);
}

function isList(value: Value): value is readonly string[] {
  return typeof value !== 'string';
}
