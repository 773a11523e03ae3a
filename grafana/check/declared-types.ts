import { readFileSync } from 'node:fs';

/** Types that declaration files of Grafana's packages name. */
export interface DeclaredTypes {
  readonly enums: ReadonlyMap<string, ReadonlyMap<string, string | number>>;
  readonly interfaces: ReadonlyMap<string, readonly DeclaredInterface[]>;
  readonly aliases: ReadonlyMap<string, string>;
}

interface DeclaredInterface {
  readonly keys: ReadonlyMap<string, string>;
  readonly parents: readonly string[];
}

/** Reads declarations; what two files say of one name holds both. */
export function readDeclaredTypes(files: readonly string[]): DeclaredTypes {
  const enums = new Map<string, Map<string, string | number>>();
  const interfaces = new Map<string, DeclaredInterface[]>();
  const aliases = new Map<string, string>();
  for (const file of files) {
    const text = readFileSync(file, 'utf8').replaceAll(/\/\*[\s\S]*?\*\//gu, '');
    for (const [, name = '', body = ''] of text.matchAll(/export declare enum (\w+) \{([^}]*)\}/gu)) {
      const members = enums.get(name) ?? new Map<string, string | number>();
      enums.set(name, members);
      for (const [, member = '', value = ''] of body.matchAll(/(\w+) = ("[^"]*"|-?\d+)/gu))
        members.set(member, JSON.parse(value) as string | number);
    }
    for (const [, name = '', parents = '', body = ''] of text.matchAll(
      /export interface (\w+)(?: extends ([^{]+))? \{\n?([\s\S]*?)\n?\}\n/gu,
    )) {
      const keys = new Map<string, string>();
      for (const [, key = '', type = ''] of body.matchAll(/^ {4}(\w+)\??: (.+?);?$/gmu)) keys.set(key, type);
      const known = interfaces.get(name) ?? [];
      interfaces.set(name, [...known, { keys, parents: parents.split(',').map(lastName).filter(Boolean) }]);
    }
    for (const [, name = '', type = ''] of text.matchAll(/export type (\w+) = ([^;]+);/gu))
      if (!aliases.has(name)) aliases.set(name, type);
  }
  return { enums, interfaces, aliases };
}

/** What of a value is not of a declared type, in sentences; nothing about types that are not known. */
export function faultsOfType(value: unknown, type: string, path: string, types: DeclaredTypes): string[] {
  if (value === undefined || value === null) return [];
  const text = type.trim().replace(/^\((.*)\)$/u, '$1');
  if (text.endsWith('[]')) {
    if (!Array.isArray(value)) return [`${path} is no list: ${shown(value)}`];
    return value.flatMap((one, i) => faultsOfType(one, text.slice(0, -2), `${path}[${i}]`, types));
  }
  if (text.includes(' | ')) return ofAny(value, text.split(' | '), path, types);
  if (text === 'string' || text === 'number' || text === 'boolean')
    return typeof value === text ? [] : [`${path} is no ${text}: ${shown(value)}`];
  const [owner = '', member = ''] = text.split('.').slice(-2);
  const memberValue = types.enums.get(owner)?.get(member);
  if (memberValue !== undefined)
    return value === memberValue ? [] : [`${path} is ${shown(value)}, not ${shown(memberValue)}`];
  const name = lastName(text);
  const known = types.enums.get(name);
  if (known !== undefined) {
    const values = [...known.values()];
    return values.some((one) => one === value)
      ? []
      : [`${path} is ${shown(value)}, it must be one of ${values.join(', ')}`];
  }
  if (types.interfaces.has(name)) return ofInterface(value, name, path, types);
  const alias = types.aliases.get(name);
  return alias === undefined || lastName(alias) === name ? [] : faultsOfType(value, alias, path, types);
}

function ofAny(value: unknown, all: readonly string[], path: string, types: DeclaredTypes): string[] {
  const faults = all.map((one) => faultsOfType(value, one, path, types));
  if (faults.some((one) => one.length === 0)) return [];
  return [`${path} is ${shown(value)}, which is none of ${all.join(', ')}`];
}

function ofInterface(value: unknown, name: string, path: string, types: DeclaredTypes): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return [`${path} is no object: ${shown(value)}`];
  return Object.entries(value).flatMap(([key, one]) => {
    const declared = typesOf(key, name, types);
    if (declared.length === 0) return [`${path}.${key} is unknown`];
    const faults = declared.map((type) => faultsOfType(one, type, `${path}.${key}`, types));
    return faults.some((each) => each.length === 0) ? [] : faults[0]!;
  });
}

/** Types of a key in every declaration of an interface and of those that it extends. */
function typesOf(key: string, name: string, types: DeclaredTypes): string[] {
  return (types.interfaces.get(name) ?? []).flatMap(({ keys, parents }) => [
    ...(keys.has(key) ? [keys.get(key)!] : []),
    ...parents.filter((parent) => parent !== name).flatMap((parent) => typesOf(key, parent, types)),
  ]);
}

/** `common.GraphFieldConfig` → `GraphFieldConfig` */
function lastName(path: string): string {
  return path.trim().split('.').at(-1) ?? '';
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 60);
}
