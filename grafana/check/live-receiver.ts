import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What came on a channel of Grafana Live. */
export interface LiveChannel {
  /** Names of the fields that every push had. */
  readonly fields: ReadonlySet<string>;
  readonly lines: number;
  /** Newest stamp [epoch ms]. */
  readonly newestMs: number;
}

/** The two routes of Grafana that a pusher to Grafana Live needs. */
export interface LiveReceiver {
  readonly url: string;
  /** What came on `stream/…`, or null while nothing has. */
  channel(name: string): LiveChannel | null;
  /** Newest stamp of all channels, 0 before the first [epoch ms]. */
  newestMs(): number;
  close(): Promise<void>;
}

const maxBodyBytes = 4 << 20;
const maxChannels = 1000;

/**
 * Takes `POST /api/live/push/{stream}` with Influx line protocol, as Grafana does (measurement = channel, stamps in ns), and
 * names an identity to `GET /api/user`. Source: grafana `pkg/services/live/pushhttp`.
 */
export async function startLiveReceiver(): Promise<LiveReceiver> {
  const channels = new Map<string, LiveChannel>();
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://receiver');
    const [, stream] = /^\/api\/live\/push\/([\w-]+)$/.exec(pathname) ?? [];
    if (request.method === 'GET' && pathname === '/api/user') {
      response.setHeader('content-type', 'application/json');
      response.end('{"id":1,"login":"check","name":"check","orgId":1,"isGrafanaAdmin":false}');
    } else if (request.method === 'POST' && stream !== undefined) {
      readBody(request)
        .then((body) => {
          for (const line of body.split('\n')) if (line !== '') addLine(channels, stream, line);
          return response.end();
        })
        .catch((error: unknown) => response.writeHead(500).end(String(error)));
    } else response.writeHead(404).end();
  });
  await new Promise<void>((done, fail) => {
    server.once('error', fail);
    server.listen(0, '127.0.0.1', done);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    channel: (name) => channels.get(name) ?? null,
    newestMs: () => Math.max(0, ...[...channels.values()].map(({ newestMs }) => newestMs)),
    close: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  let body = '';
  request.setEncoding('utf8');
  for await (const chunk of request) {
    body += String(chunk);
    if (body.length > maxBodyBytes) throw new Error(`a push has over ${maxBodyBytes} bytes`);
  }
  return body;
}

function addLine(channels: Map<string, LiveChannel>, stream: string, line: string): void {
  const { measurement, fields, stampNs } = parseLine(line);
  const name = `stream/${stream}/${measurement}`;
  const known = channels.get(name);
  if (known === undefined && channels.size >= maxChannels) throw new Error(`over ${maxChannels} channels`);
  channels.set(name, {
    fields:
      known === undefined ? new Set(fields) : new Set(fields.filter((field) => known.fields.has(field))),
    lines: (known?.lines ?? 0) + 1,
    newestMs: Math.max(known?.newestMs ?? 0, Number(stampNs / 1_000_000n)),
  });
}

/**
 * One line of Influx line protocol: `measurement[,tag=…] field=value[,…] stamp`. Tags become labels, so only fields are
 * named. Throws for a line without fields or stamp.
 */
export function parseLine(line: string): { measurement: string; fields: string[]; stampNs: bigint } {
  const [, measurement = '', fields = '', stamp = ''] =
    /^((?:\\.|[^ ,\\])+)(?:,(?:\\.|[^ \\])*)? ((?:"(?:\\.|[^"\\])*"|\\.|[^ "])+) (-?\d+)$/.exec(line) ?? [];
  if (measurement === '') {
    throw new Error(
      `Cannot read the line "${line.slice(0, 100)}": it must be measurement, fields and a stamp in ns`,
    );
  }
  const names = [...fields.matchAll(/(?:^|,)((?:\\.|[^=,\\])+)=(?:"(?:\\.|[^"\\])*"|[^,]*)/g)].map(
    ([, name = '']) => name,
  );
  return { measurement, fields: names, stampNs: BigInt(stamp) };
}
