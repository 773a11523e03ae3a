import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import type { FastifyInstance } from 'fastify';

type GrafanaData = typeof import('@grafana/data');

/** Grafana's own data library; its ES module does not load in Node, its CommonJS one does. */
export const grafanaData = createRequire(import.meta.url)('@grafana/data') as GrafanaData;

/** One call of a data source, recorded: what it sends, what the bridge answers, and what Grafana makes of it. */
export interface Fixture {
  /** Name of the file without its ending: contract and call. */
  readonly name: string;
  /** What the call is for, one sentence. */
  readonly about: string;
  readonly request: {
    readonly method: 'GET' | 'POST' | 'OPTIONS';
    readonly path: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: unknown;
  };
  readonly response: {
    readonly status: number;
    /** Headers that the contract names; each word of a value must be among those answered. */
    readonly headers?: Readonly<Record<string, string>>;
    /** Absent where any body will do; a text that ends with … is the beginning of the one answered. */
    readonly body?: unknown;
    /** True when `body` lists some of many items: those must be there as they are, in this order. */
    readonly isExcerpt?: boolean;
  };
  /** Frames that `toDataFrame` of @grafana/data makes of the answer. */
  readonly frames?: readonly FrameShape[];
}

/** What matters of a data frame. */
export interface FrameShape {
  readonly name?: string;
  readonly refId?: string;
  readonly rows: number;
  readonly notices?: readonly string[];
  readonly fields: readonly {
    readonly name: string;
    readonly type: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly unit?: string;
    readonly displayName?: string;
  }[];
}

const folder = resolve(import.meta.dirname, 'fixtures');

/** All fixtures, by name. */
export function readFixtures(): Fixture[] {
  return globSync('**/*.json', { cwd: folder })
    .sort()
    .map((file) => ({
      ...(JSON.parse(readFileSync(resolve(folder, file), 'utf8')) as Omit<Fixture, 'name'>),
      name: file.replace(/\.json$/u, ''),
    }));
}

/** Writes a fixture anew, on one line: `npm run format` lays it out. */
export function writeFixture({ name, ...rest }: Fixture): void {
  writeFileSync(resolve(folder, `${name}.json`), `${JSON.stringify(rest)}\n`);
}

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  /** Undefined where the body is no JSON. */
  readonly body: unknown;
}

/** Sends a request of a data source into the application. */
export async function send(app: FastifyInstance, { request }: Pick<Fixture, 'request'>): Promise<Reply> {
  const { method, path, headers, body } = request;
  const answer = await app.inject({
    method,
    url: path,
    headers: { accept: 'application/json, text/plain, */*', 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
  });
  const isJson = String(answer.headers['content-type']).startsWith('application/json');
  return {
    status: answer.statusCode,
    headers: answer.headers,
    body: isJson ? (JSON.parse(answer.payload) as unknown) : undefined,
  };
}

/** Frames of an answer as the data source hands them to a panel: each item of `/query` is one, `/variable` is one in all. */
export function framesOf(path: string, body: unknown): import('@grafana/data').DataFrame[] {
  const { toDataFrame } = grafanaData;
  return path === '/variable' ? [toDataFrame(body)] : (body as unknown[]).map((item) => toDataFrame(item));
}

/** What matters of a frame. */
export function shapeOf(frame: import('@grafana/data').DataFrame): FrameShape {
  const { name, refId, length, meta, fields } = frame;
  return {
    ...(name === undefined ? {} : { name }),
    ...(refId === undefined || refId === null ? {} : { refId }),
    rows: length,
    ...(meta?.notices === undefined ? {} : { notices: meta.notices.map(({ text }) => text) }),
    fields: fields.map(({ name: field, type, labels, config }) => ({
      name: field,
      type,
      ...(labels === undefined ? {} : { labels }),
      ...(config.unit === undefined ? {} : { unit: config.unit }),
      ...(config.displayNameFromDS === undefined ? {} : { displayName: config.displayNameFromDS }),
    })),
  };
}
