import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';

const startMs = Date.UTC(2024, 2, 2, 15);

function stamp(ms: number): string {
  return new Date(ms).toISOString().slice(11, 23);
}

function lines(rows: readonly string[]): string {
  return `\uFEFF${rows.join('\r\n')}\r\n`;
}

function packed(ms: number, value: unknown): string {
  return `${stamp(ms)}"${deflateRawSync(JSON.stringify(value)).toString('base64')}"`;
}

export interface SyntheticArchive {
  /** Car numbers with telemetry. */
  readonly cars?: readonly string[];
  readonly telemetry?: boolean;
  /** False leaves SessionInfo out. */
  readonly identity?: boolean;
}

/** Writes a made-up recording of 20 s with cars 1 (VER) and 44 (HAM) entered, in the archive's own format. */
export function writeSyntheticArchive(dir: string, options: SyntheticArchive = {}): string {
  const { cars = ['1', '44'], telemetry = true, identity = true } = options;
  mkdirSync(dir, { recursive: true });
  const write = (topic: string, rows: readonly string[]): void =>
    writeFileSync(join(dir, `${topic}.jsonStream`), lines(rows));
  if (identity) {
    const info = {
      Meeting: { Name: 'Test Grand Prix', Country: { Name: 'Nowhere' }, Circuit: { ShortName: 'Ring' } },
      Key: 1,
      Type: 'Race',
      Name: 'Race',
      StartDate: '2024-03-02T18:00:00',
      GmtOffset: '03:00:00',
    };
    write('SessionInfo', [`00:00:00.000${JSON.stringify(info)}`]);
  }
  const entry = (number: string, code: string, line: number): object => ({
    RacingNumber: number,
    Tla: code,
    FullName: `Driver ${code}`,
    TeamName: 'Team',
    TeamColour: '112233',
    Line: line,
  });
  write('DriverList', [
    `00:00:00.000${JSON.stringify({ 1: entry('1', 'VER', 1), 44: entry('44', 'HAM', 2) })}`,
  ]);
  if (!telemetry) return dir;
  const times = Array.from({ length: 80 }, (_, i) => 1000 + i * 240);
  const channels = { 0: 10_500, 2: 180, 3: 6, 4: 80, 5: 0, 45: 1 };
  write(
    'CarData.z',
    times.map((ms) =>
      packed(ms, {
        Entries: [
          {
            Utc: new Date(startMs + ms).toISOString(),
            Cars: Object.fromEntries(cars.map((car) => [car, { Channels: channels }])),
          },
        ],
      }),
    ),
  );
  write(
    'Position.z',
    times.map((ms, i) =>
      packed(ms + 100, {
        Position: [
          {
            Timestamp: new Date(startMs + ms + 100).toISOString(),
            Entries: Object.fromEntries(
              cars.map((car) => [car, { Status: 'OnTrack', X: 10 * i, Y: i * i, Z: 50 }]),
            ),
          },
        ],
      }),
    ),
  );
  return dir;
}
