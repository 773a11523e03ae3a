import { deflateRawSync } from 'node:zlib';

/** Lines of an archive file: BOM, CRLF, one stamp and payload a line. */
export function streamFile(lines: readonly (readonly [stamp: string, payload: unknown])[]): Buffer {
  const text = lines.map(
    ([stamp, payload]) => `${stamp}${typeof payload === 'string' ? payload : JSON.stringify(payload)}\r\n`,
  );
  return Buffer.from(`\uFEFF${text.join('')}`, 'utf8');
}

/** Payload of a `.z` line: quoted Base64 of raw DEFLATE. */
export function packed(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return `"${deflateRawSync(Buffer.from(text, 'utf8')).toString('base64')}"`;
}

/** `HH:MM:SS.mmm` of session ms. */
export function stampOf(ms: number): string {
  const part = (value: number, digits: number): string => String(Math.floor(value)).padStart(digits, '0');
  return `${part(ms / 3_600_000, 2)}:${part((ms / 60_000) % 60, 2)}:${part((ms / 1000) % 60, 2)}.${part(ms % 1000, 3)}`;
}

export interface MadeSession {
  readonly path: string;
  readonly files: Map<string, Buffer>;
}

export interface MadeOptions {
  readonly year?: number;
  readonly event?: string;
  readonly eventDate?: string;
  readonly session?: string;
  readonly laps?: number;
  readonly totalLaps?: number;
  readonly messages?: number;
  readonly hasEnded?: boolean;
}

const baseMs = Date.UTC(2023, 4, 28, 12, 0, 0);

/** A small made-up race: two cars, one message a second with four samples, all small topics. */
export function madeSession(options: MadeOptions = {}): MadeSession {
  const year = options.year ?? 2023;
  const event = options.event ?? 'Monaco Grand Prix';
  const eventDate = options.eventDate ?? `${year}-05-28`;
  const session = options.session ?? 'Race';
  const totalLaps = options.totalLaps ?? 3;
  const laps = options.laps ?? totalLaps;
  const messages = options.messages ?? 120;
  const path = `${year}/${eventDate}_${event}/${eventDate}_${session}/`.replaceAll(' ', '_');
  const files = new Map<string, Buffer>();
  const utc = (ms: number): string => new Date(baseMs + ms).toISOString();
  const car: [string, string][] = [];
  const pos: [string, string][] = [];
  for (let message = 0; message < messages; message++) {
    const endMs = (message + 1) * 1000;
    const offsets = [750, 500, 250, 0];
    const speed = 100 + (message % 150);
    const channels = { 0: 9000 + message, 2: speed, 3: 5, 4: 80, 5: 0, 45: 0 };
    car.push([
      stampOf(endMs),
      packed({
        Entries: offsets.map((offset) => ({
          Utc: utc(endMs - offset),
          Cars: { 1: { Channels: channels }, 44: { Channels: channels } },
        })),
      }),
    ]);
    pos.push([
      stampOf(endMs),
      packed({
        Position: offsets.map((offset, index) => ({
          Timestamp: utc(endMs - offset - 10),
          Entries: {
            1: { Status: 'OnTrack', X: message * 40 + index * 10, Y: -5, Z: 1 },
            44: { Status: 'OnTrack', X: -message, Y: 5 + index, Z: 1 },
          },
        })),
      }),
    ]);
  }
  const lastMs = messages * 1000;
  files.set(
    'SessionInfo.jsonStream',
    streamFile([
      [
        '00:00:00.000',
        {
          Meeting: {
            Key: 1,
            Name: event,
            Location: 'Town',
            Country: { Name: 'Land' },
            Circuit: { Key: 2, ShortName: 'Ring' },
          },
          ArchiveStatus: { Status: 'Generating' },
          Key: 99,
          Type: 'Race',
          Name: session,
          StartDate: `${eventDate}T14:00:00`,
          EndDate: `${eventDate}T16:00:00`,
          GmtOffset: '02:00:00',
          Path: path,
        },
      ],
    ]),
  );
  files.set(
    'DriverList.jsonStream',
    streamFile([
      [
        '00:00:00.500',
        {
          1: {
            RacingNumber: '1',
            Tla: 'AAA',
            FullName: 'Ann A',
            Line: 1,
            TeamName: 'Red',
            TeamColour: 'ff0000',
          },
          44: {
            RacingNumber: '44',
            Tla: 'BBB',
            FullName: 'Bob B',
            Line: 2,
            TeamName: 'Blue',
            TeamColour: '0000ff',
          },
        },
      ],
    ]),
  );
  const statuses: [string, unknown][] = [
    ['00:00:01.000', { Status: 'Inactive' }],
    ['00:00:10.000', { Status: 'Started' }],
  ];
  if (options.hasEnded !== false)
    statuses.push(
      [stampOf(lastMs - 1000), { Status: 'Finished' }],
      [stampOf(lastMs), { Status: 'Finalised' }],
    );
  files.set('SessionStatus.jsonStream', streamFile(statuses));
  files.set(
    'LapCount.jsonStream',
    streamFile(
      Array.from({ length: laps }, (_, lap) => [
        stampOf(10_000 + lap * 30_000),
        lap === 0 ? { CurrentLap: 1, TotalLaps: totalLaps } : { CurrentLap: lap + 1 },
      ]),
    ),
  );
  files.set('CarData.z.jsonStream', streamFile(car));
  files.set('Position.z.jsonStream', streamFile(pos));
  return { path, files };
}

/** The session's files as a server or an archive folder has them, below `/static/`. */
export function underStatic(session: MadeSession): Map<string, Buffer> {
  return new Map([...session.files].map(([name, content]) => [`/static/${session.path}${name}`, content]));
}

/** A season index with one or more meetings; `sessions` are `[name, path or null, local start, local end, offset]`. */
export function seasonIndex(
  year: number,
  meetings: readonly {
    name: string;
    location?: string;
    country?: string;
    circuit?: string;
    sessions: readonly (readonly [string, string | null, string?, string?, string?])[];
  }[],
): Buffer {
  return Buffer.from(
    `\uFEFF${JSON.stringify({
      Year: year,
      Meetings: meetings.map((meeting, index) => ({
        Key: index + 1,
        Number: index + 1,
        Name: meeting.name,
        OfficialName: '',
        Location: meeting.location ?? '',
        Country: { Name: meeting.country ?? '' },
        Circuit: { ShortName: meeting.circuit ?? '' },
        Sessions: meeting.sessions.map(([name, path, start, end, offset]) => ({
          Key: 1,
          Type: 'Race',
          Name: name,
          StartDate: start ?? `${year}-05-28T15:00:00`,
          EndDate: end ?? `${year}-05-28T17:00:00`,
          GmtOffset: offset ?? '02:00:00',
          ...(path === null ? {} : { Path: path }),
        })),
      })),
    })}`,
  );
}
