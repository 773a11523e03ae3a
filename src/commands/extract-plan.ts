import { F1Error } from '../domain/errors.ts';

/** Large tables by what they hold. */
export type LargeKind = 'telemetry' | 'lap' | 'driver' | 'raw';
export type Format = 'csv' | 'parquet';

const formats: readonly Format[] = ['csv', 'parquet'];
const kinds: readonly LargeKind[] = ['lap', 'driver', 'raw'];

/** What `extract` writes besides the small tables: nothing with `--laps` alone, exactly X with `--telemetry X`, else all there is. */
export function largeKinds(options: {
  readonly laps?: boolean;
  readonly telemetry?: string;
}): readonly LargeKind[] {
  if (options.telemetry === undefined) return options.laps === true ? [] : ['telemetry', 'raw'];
  const chosen = options.telemetry.split(',').map((name) => name.trim().toLowerCase());
  for (const name of chosen) {
    if (kinds.some((kind) => kind === name)) continue;
    throw new F1Error('F1_USAGE', `Cannot write telemetry by "${name}": it must be ${kinds.join(', ')}`, {
      hint: 'Example: --telemetry lap',
      exitCode: 2,
    });
  }
  return [...new Set(chosen as LargeKind[])];
}

/** Formats of the large files. Throws F1_USAGE for any other. */
export function parseFormats(text: string): Format[] {
  const names = text.split(',').map((name) => name.trim().toLowerCase());
  for (const name of names) {
    if (formats.some((format) => format === name)) continue;
    throw new F1Error('F1_USAGE', `Cannot write format "${name}": it must be csv or parquet`, {
      hint: 'Example: --format csv,parquet',
      exitCode: 2,
    });
  }
  return [...new Set(names as Format[])];
}
