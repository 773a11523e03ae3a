import { createRequire } from 'node:module';

type GrafanaData = typeof import('@grafana/data');

/** Grafana's own data library; its ES module does not load in Node, its CommonJS one does. */
export const grafanaData = createRequire(import.meta.url)('@grafana/data') as GrafanaData;

// `transformDataFrame` asks `window` whether a scene runs. Set after loading: some packages take it for a browser.
Object.assign(globalThis, { window: {} });

const { standardTransformers, standardTransformersRegistry } = grafanaData;

/** Ids of the transformations that the library has. */
export const transformationIds: ReadonlySet<string> = new Set(
  Object.values(standardTransformers).map(({ id }) => id),
);

// One transformer is listed under two names, a registry takes an id once.
standardTransformersRegistry.setInit(() =>
  [...new Map(Object.values(standardTransformers).map((info) => [info.id, info])).values()].map((info) => ({
    id: info.id,
    name: info.name,
    editor: () => null,
    imageDark: '',
    imageLight: '',
    transformation: () => Promise.resolve(info),
  })),
);

/** A frame as Grafana's panels get it. */
export type DataFrame = import('@grafana/data').DataFrame;
/** A field of such a frame. */
export type Field = import('@grafana/data').Field;

/** True for a field of one of these types. */
export function isKind({ type }: Pick<Field, 'type'>, ...kinds: readonly string[]): boolean {
  return kinds.includes(type);
}

/** Runs a panel's transformations; `interpolate` replaces variables in their options. */
export function transformFrames(
  transformations: readonly {
    readonly id: string;
    readonly options?: unknown;
    readonly disabled?: boolean;
  }[],
  frames: readonly DataFrame[],
  interpolate: (text: string) => string,
): Promise<DataFrame[]> {
  return new Promise((answer, fail) => {
    grafanaData
      .transformDataFrame(
        transformations.map((one) => ({ ...one, options: one.options ?? {} })),
        [...frames],
        { interpolate },
      )
      .subscribe({ next: answer, error: fail });
  });
}
