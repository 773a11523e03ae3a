import { globSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { grafanaData } from './grafana-data.ts';

/** What a panel type can be set to. */
export interface PanelSchema {
  /** Keys of `options`. */
  readonly options: ReadonlySet<string>;
  /** Keys of `fieldConfig.defaults.custom`, and of `custom.…` in overrides. */
  readonly custom: ReadonlySet<string>;
}

/** Property ids that every panel type knows in overrides. */
export const standardProperties: ReadonlySet<string> = new Set(
  Object.values(grafanaData.FieldConfigProperty),
);

interface Interface {
  readonly keys: readonly string[];
  readonly parents: readonly string[];
}

/** Where the two packages of Apache-2.0 declarations keep a panel type; each knows options that the other lacks. */
const { resolve } = createRequire(import.meta.url);
const sdkFolder = dirname(resolve('@grafana/grafana-foundation-sdk/timeseries')).replace(/\/timeseries$/, '');
const schemaFolder = join(dirname(resolve('@grafana/data')).replace(/\/data\/.*$/, '/schema'), 'dist/types');

/**
 * Options of a panel type as Grafana's own declarations have them, or null for a type that is not declared: read from the
 * packages, so nothing here has to be kept up to date.
 */
export function schemaOf(panelType: string): PanelSchema | null {
  const name = panelType.replaceAll('-', '');
  const own = [
    ...globSync(join(schemaFolder, 'raw/composable', name, 'panelcfg/x/*.d.ts')),
    ...globSync(join(sdkFolder, name, 'types.gen.d.ts')),
  ];
  if (own.length === 0) return null;
  const keys = (of: string): Set<string> =>
    new Set(own.flatMap((file) => keysOf(of, new Map([...commonInterfaces(), ...interfacesIn(file)]))));
  return { options: keys('Options'), custom: keys('FieldConfig') };
}

let common: ReadonlyMap<string, Interface> | null = null;

function commonInterfaces(): ReadonlyMap<string, Interface> {
  common ??= new Map([
    ...interfacesIn(join(sdkFolder, 'common/types.gen.d.ts')),
    ...interfacesIn(join(schemaFolder, 'common/common.gen.d.ts')),
  ]);
  return common;
}

function interfacesIn(file: string): Map<string, Interface> {
  const text = readFileSync(file, 'utf8');
  const found = new Map<string, Interface>();
  for (const [, name = '', parents = '', body = ''] of text.matchAll(
    /export interface (\w+)(?: extends ([^{]+))? \{\n?([\s\S]*?)\n?\}\n/g,
  )) {
    const keys = [...body.matchAll(/^ {4}(\w+)\??:/gm)].map(([, key = '']) => key);
    found.set(name, { keys, parents: parents.split(',').flatMap(lastName) });
  }
  for (const [, name = '', parent = ''] of text.matchAll(/export type (\w+) = ([\w.]+);/g)) {
    found.set(name, { keys: [], parents: lastName(parent) });
  }
  return found;
}

/** `common.GraphFieldConfig` → `GraphFieldConfig` */
function lastName(path: string): string[] {
  const name = path.trim().split('.').at(-1) ?? '';
  return name === '' ? [] : [name];
}

function keysOf(name: string, interfaces: ReadonlyMap<string, Interface>): string[] {
  const found = interfaces.get(name);
  if (found === undefined) return [];
  return [
    ...found.keys,
    ...found.parents.filter((one) => one !== name).flatMap((one) => keysOf(one, interfaces)),
  ];
}
