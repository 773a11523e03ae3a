import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { DataFrameJSON } from '@grafana/data';

/** What a push breaks of the contract of `/api/live/push`, one sentence each; and how often it was asked. */
export interface GrafanaLiveServer {
  readonly url: string;
  readonly faults: string[];
  readonly pushes: number;
  readonly lines: number;
  /** Answer in place of the real one, until it is taken away. */
  answer: ((request: IncomingMessage, response: ServerResponse) => void) | null;
  close(): Promise<void>;
}

export interface GrafanaLiveOptions {
  /** Whoever calls is let in as nobody, as with `auth.anonymous`. */
  readonly isAnonymous?: boolean;
  readonly user?: string;
  readonly password?: string;
  readonly token?: string;
  /** Stream that must be named. */
  readonly stream?: string;
  /** What Grafana would publish: the first frame of a channel with its schema, later ones with data alone. */
  readonly onFrame?: (channel: string, frame: DataFrameJSON) => void;
  /** Every line with when it came, epoch ms. */
  readonly onLine?: (line: LiveLine, atMs: number) => void;
}

/** One line of Influx line protocol. */
export interface LiveLine {
  readonly measurement: string;
  readonly tags: readonly string[];
  readonly fields: ReadonlyMap<string, number>;
  /** ns since 1970. */
  readonly stampNs: bigint;
}

const linePattern =
  /^([\w-]+)((?:,[^ =,]+=[^ =,]+)*) ((?:[\w-]+=-?\d+(?:\.\d+)?)(?:,[\w-]+=-?\d+(?:\.\d+)?)*) (\d{19})$/;
const maxBodyBytes = 2_000_000;

/** Reads one line as strictly as our pusher writes it; throws for anything else. */
export function parseLine(text: string): LiveLine {
  const found = linePattern.exec(text);
  if (found === null) throw new Error(`not a line: ${JSON.stringify(text.slice(0, 120))}`);
  const [, measurement = '', tags = '', fields = '', stamp = ''] = found;
  return {
    measurement,
    tags: tags.split(',').filter((tag) => tag !== ''),
    fields: new Map(fields.split(',').map((pair) => [pair.split('=')[0]!, Number(pair.split('=')[1])])),
    stampNs: BigInt(stamp),
  };
}

/** What `GET /api/user` answers: only users have an id; service accounts and anonymous callers are told apart by `uid`. */
function identity({ token, user, isAnonymous }: GrafanaLiveOptions): object {
  const rest = { email: '', name: '', theme: '', orgId: 1, isGrafanaAdmin: false, isDisabled: false };
  if (isAnonymous === true) return { ...rest, id: 0, uid: 'anonymous:0', login: '' };
  if (token !== undefined) return { ...rest, id: 0, uid: 'service-account:3', login: 'sa-1-slipstream' };
  return { ...rest, id: 1, uid: 'user-1', login: user ?? 'pusher' };
}

/**
 * A server that takes pushes as Grafana does (`/api/user`, `/api/live/push/STREAM`), holds them to the contract and makes of
 * them the frames that Grafana would publish on `stream/STREAM/MEASUREMENT` (format labels_column).
 */
export async function createGrafanaLiveServer(options: GrafanaLiveOptions = {}): Promise<GrafanaLiveServer> {
  const { stream = 'f1', onFrame, onLine } = options;
  const faults: string[] = [];
  const schemas = new Map<string, string>();
  const lastNs = new Map<string, bigint>();
  let pushes = 0;
  let lines = 0;
  const fault = (text: string): void => {
    if (faults.length < 100) faults.push(text);
  };

  const isKnown = ({ headers }: IncomingMessage): boolean => {
    const { authorization = '' } = headers;
    if (options.token !== undefined) return authorization === `Bearer ${options.token}`;
    if (options.user === undefined) return true;
    return (
      authorization === `Basic ${Buffer.from(`${options.user}:${options.password ?? ''}`).toString('base64')}`
    );
  };

  const publish = (measurement: string, batch: readonly LiveLine[]): void => {
    const channel = `stream/${stream}/${measurement}`;
    const names = [...batch[0]!.fields.keys()];
    for (const { fields, tags, stampNs } of batch) {
      if (tags.length > 0) fault(`${channel}: a line has tags`);
      if ([...fields.keys()].join(',') !== names.join(',')) fault(`${channel}: fields differ inside a batch`);
      if (stampNs <= (lastNs.get(channel) ?? 0n)) fault(`${channel}: stamp ${stampNs} does not rise`);
      lastNs.set(channel, stampNs);
    }
    const schemaText = names.join(',');
    const known = schemas.get(channel);
    if (known !== undefined && known !== schemaText) fault(`${channel}: fields have changed`);
    schemas.set(channel, schemaText);
    const data = {
      values: [
        batch.map(() => ''),
        batch.map(({ stampNs }) => Number(stampNs / 1_000_000n)),
        ...names.map((name) => batch.map(({ fields }) => fields.get(name) ?? null)),
      ],
    };
    const schema = {
      name: measurement,
      fields: [
        { name: 'labels', type: 'string' },
        { name: 'time', type: 'time' },
        ...names.map((name) => ({ name, type: 'number' })),
      ],
    };
    onFrame?.(channel, (known === schemaText ? { data } : { schema, data }) as unknown as DataFrameJSON);
  };

  const take = (body: string): void => {
    const atMs = Date.now();
    const batches = new Map<string, LiveLine[]>();
    if (!body.endsWith('\n')) fault('the body does not end with a line end');
    for (const text of body.split('\n')) {
      if (text === '') continue;
      const line = parseLine(text);
      lines++;
      onLine?.(line, atMs);
      const batch = batches.get(line.measurement) ?? [];
      batches.set(line.measurement, batch);
      batch.push(line);
    }
    for (const [measurement, batch] of batches) publish(measurement, batch);
  };

  const server = createServer((request, response) => {
    if (self.answer !== null) return self.answer(request, response);
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://grafana');
    if (!isKnown(request)) {
      response.writeHead(401, { 'content-type': 'application/json' });
      return void response.end('{"message":"Unauthorized"}');
    }
    if (request.method === 'GET' && pathname === '/api/user') {
      response.writeHead(200, { 'content-type': 'application/json' });
      return void response.end(JSON.stringify(identity(options)));
    }
    if (request.method !== 'POST' || pathname !== `/api/live/push/${stream}`) {
      fault(`${request.method ?? ''} ${pathname} is not part of the contract`);
      return void response.writeHead(404).end();
    }
    if (searchParams.get('gf_live_frame_format') !== 'labels_column')
      fault('the frame format is not labels_column');
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      pushes++;
      const body = Buffer.concat(chunks);
      if (body.length > maxBodyBytes) fault(`a body of ${body.length} bytes`);
      try {
        take(body.toString());
        response.writeHead(200).end();
      } catch (error) {
        fault(error instanceof Error ? error.message : String(error));
        response.writeHead(500).end('parse error');
      }
    });
  });
  await new Promise<void>((done, failed) => {
    server.once('error', failed);
    server.listen(0, '127.0.0.1', done);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const self: GrafanaLiveServer = {
    url: `http://127.0.0.1:${port}`,
    faults,
    get pushes() {
      return pushes;
    },
    get lines() {
      return lines;
    },
    answer: null,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
  return self;
}
