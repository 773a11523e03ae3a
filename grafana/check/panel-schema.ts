import { globSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { faultsOfType, readDeclaredTypes } from './declared-types.ts';
import type { DeclaredTypes } from './declared-types.ts';
import { grafanaData } from './grafana-data.ts';
import type { FieldSettings } from '../query/dashboard.ts';

/** Property ids that every panel type knows in overrides. */
export const standardProperties: ReadonlySet<string> = new Set(
  Object.values(grafanaData.FieldConfigProperty),
);

/** Where the two packages of Apache-2.0 declarations keep a panel type; each knows options that the other lacks. */
const { resolve } = createRequire(import.meta.url);
const sdkFolder = dirname(resolve('@grafana/grafana-foundation-sdk/timeseries')).replace(/\/timeseries$/, '');
const schemaFolder = join(dirname(resolve('@grafana/data')).replace(/\/data\/.*$/, '/schema'), 'dist/types');
const common = [
  join(sdkFolder, 'common/types.gen.d.ts'),
  join(schemaFolder, 'common/common.gen.d.ts'),
] as const;

const byPanel = new Map<string, DeclaredTypes | null>();

/**
 * Declarations of a panel type as Grafana's own packages have them (`Options`, `FieldConfig` for `custom`), or null for a
 * type that is not declared: read from the packages, so nothing here has to be kept up to date.
 */
export function typesOfPanel(panelType: string): DeclaredTypes | null {
  const known = byPanel.get(panelType);
  if (known !== undefined) return known;
  const name = panelType.replaceAll('-', '');
  const own = [
    ...globSync(join(schemaFolder, 'raw/composable', name, 'panelcfg/x/*.d.ts')),
    ...globSync(join(sdkFolder, name, 'types.gen.d.ts')),
  ];
  const types = own.length === 0 ? null : readDeclaredTypes([...common, ...own]);
  byPanel.set(panelType, types);
  return types;
}

let dashboardTypes: DeclaredTypes | null = null;

/**
 * What of the settings that every panel type knows (thresholds, mappings, unit …) is not as declared, in sentences. Colours
 * have their own registry.
 */
export function faultsOfSettings(all: FieldSettings): string[] {
  const settings = Object.fromEntries(
    Object.entries(all).filter(([key]) => key !== 'custom' && key !== 'color'),
  );
  dashboardTypes ??= readDeclaredTypes([join(sdkFolder, 'dashboard/types.gen.d.ts'), ...common]);
  return faultsOfType(settings, 'FieldConfig', 'field setting', dashboardTypes);
}
