import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { sourceTypes } from '../query/run-target.ts';
import type { DataSource } from '../query/run-target.ts';

/** A data source as it is provisioned. */
export interface ProvisionedSource {
  readonly file: string;
  readonly name: string;
  readonly uid: string;
  readonly type: string;
  readonly isDefault: boolean;
  readonly timeInterval?: string;
}

interface SourceFile {
  readonly datasources?: readonly {
    readonly name?: string;
    readonly uid?: string;
    readonly type?: string;
    readonly isDefault?: boolean;
    readonly jsonData?: { readonly timeInterval?: string };
  }[];
}

/** Data sources of every file in a provisioning folder. Throws for a file without uid, name or type. */
export function readSources(folder: string): ProvisionedSource[] {
  return globSync('*.{yaml,yml}', { cwd: folder })
    .sort()
    .flatMap((file) => {
      const content = parse(readFileSync(join(folder, file), 'utf8')) as SourceFile | null;
      return (content?.datasources ?? []).map(({ name, uid, type, isDefault = false, jsonData }) => {
        if (name === undefined || uid === undefined || type === undefined) {
          throw new Error(`Cannot read ${join(folder, file)}: a data source must have name, uid and type`);
        }
        const timeInterval = jsonData?.timeInterval;
        return { file, name, uid, type, isDefault, ...(timeInterval === undefined ? {} : { timeInterval }) };
      });
    });
}

/** The sources with the addresses of this run in place of those in the files; those of a program that is not there are left out. */
export function resolveSources(
  provisioned: readonly ProvisionedSource[],
  urls: { readonly bridge: string; readonly prometheus: string | null },
): Map<string, DataSource> {
  const resolved = new Map<string, DataSource>();
  for (const { uid, name, type, timeInterval } of provisioned) {
    const url = type === sourceTypes.prometheus ? urls.prometheus : urls.bridge;
    if (url !== null)
      resolved.set(uid, { uid, name, type, url, ...(timeInterval === undefined ? {} : { timeInterval }) });
  }
  return resolved;
}
