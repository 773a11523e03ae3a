import type { SimCar } from './car.ts';
import type { Random } from './random.ts';
import type { TopicLog } from './topic-log.ts';

/** What a session calls itself. */
export interface SessionFacts {
  readonly seed: number;
  readonly laps: number;
  readonly circuitName: string;
  readonly t0EpochMs: number;
  /** UTC text of a session time. */
  readonly utcText: (sessionMs: number) => string;
}

/** Everything that race control, the clock and the weather mast say. */
export interface Officials {
  open(cars: readonly SimCar[]): void;
  lightsOut(stampMs: number): void;
  lap(stampMs: number, lap: number): void;
  trackStatus(stampMs: number, status: '1' | '2' | '4'): void;
  message(stampMs: number, lap: number, fields: Readonly<Record<string, unknown>>): void;
  chequered(stampMs: number, lap: number): void;
  /** Ends all topics that go by the clock. */
  close(stampMs: number): void;
}

const trackMessages = { '1': 'AllClear', '2': 'Yellow', '4': 'SCDeployed' } as const;
/** Planned start, track time; the season has DRS and twenty cars. */
export const plannedStart = {
  local: '2025-01-01T14:00:00',
  end: '2025-01-01T16:00:00',
  gmtOffset: '01:00:00',
  folder: '2025-01-01',
} as const;

/** Session key of a seed: outside of the keys in use. */
export function sessionKey(seed: number): number {
  return 900_000_000 + (((Math.trunc(seed) % 1_000_000) + 1_000_000) % 1_000_000);
}

function sessionInfo(facts: SessionFacts): object {
  return {
    Meeting: {
      Key: 900_000_000,
      Name: 'Simulated Grand Prix',
      OfficialName: 'SIMULATED GRAND PRIX (GENERATED, NOT A REAL EVENT)',
      Location: 'Nowhere',
      Country: { Key: 0, Code: 'SIM', Name: 'Simulated' },
      Circuit: { Key: 0, ShortName: facts.circuitName },
    },
    ArchiveStatus: { Status: 'Complete' },
    Key: sessionKey(facts.seed),
    Type: 'Race',
    Name: 'Race',
    StartDate: plannedStart.local,
    EndDate: plannedStart.end,
    GmtOffset: plannedStart.gmtOffset,
    Path: `2025/${plannedStart.folder}_Simulated_Grand_Prix/${plannedStart.folder}_Race/`,
    Simulated: true,
    Seed: facts.seed,
  };
}

function driverList(cars: readonly SimCar[]): object {
  const lines = cars.map(({ entrant }, index) => [
    entrant.number,
    {
      RacingNumber: entrant.number,
      BroadcastName: `${entrant.firstName[0]} ${entrant.lastName.toUpperCase()}`,
      FullName: `${entrant.firstName} ${entrant.lastName.toUpperCase()}`,
      Tla: entrant.code,
      Line: index + 1,
      TeamName: entrant.team.name,
      TeamColour: entrant.team.colour,
      FirstName: entrant.firstName,
      LastName: entrant.lastName,
      Reference: `${entrant.code}SIM01`,
    },
  ]);
  return Object.fromEntries(lines);
}

/** Creates the officials of one race. */
export function createOfficials(facts: SessionFacts, random: Random, log: TopicLog): Officials {
  const { utcText } = facts;
  let messages = 0;
  let statuses = 0;
  let series = 0;

  function message(stampMs: number, lap: number, fields: Readonly<Record<string, unknown>>): void {
    const item = { Utc: utcText(stampMs).slice(0, 19), Lap: lap, ...fields };
    log.add('RaceControlMessages', stampMs, { Messages: messages === 0 ? [item] : { [messages]: item } });
    messages += 1;
  }

  function status(stampMs: number, fields: Readonly<Record<string, string>>): void {
    log.add('SessionData', stampMs, { StatusSeries: { [statuses]: { Utc: utcText(stampMs), ...fields } } });
    statuses += 1;
  }

  function sessionStatus(stampMs: number, text: string): void {
    log.add('SessionStatus', stampMs, { Status: text });
    status(stampMs, { SessionStatus: text });
  }

  function clock(stampMs: number, remaining: string, isRunning: boolean): void {
    log.add('ExtrapolatedClock', stampMs, {
      Utc: utcText(stampMs),
      Remaining: remaining,
      Extrapolating: isRunning,
    });
  }

  function weather(endMs: number): void {
    let air = random.between(18, 27);
    let track = air + random.between(8, 16);
    let wind = random.between(0, 359);
    for (let atMs = 12_000; atMs <= endMs; atMs += 60_000) {
      air += random.normal(0.15);
      track += random.normal(0.3);
      wind = (wind + random.normal(15) + 360) % 360;
      log.add('WeatherData', atMs, {
        AirTemp: air.toFixed(1),
        Humidity: (48 + random.normal(1)).toFixed(1),
        Pressure: (1012.4 + random.normal(0.2)).toFixed(1),
        Rainfall: '0',
        TrackTemp: track.toFixed(1),
        WindDirection: String(Math.floor(wind)),
        WindSpeed: Math.max(0.1, 1.8 + random.normal(0.6)).toFixed(1),
      });
    }
  }

  return {
    open(cars) {
      log.add('SessionInfo', 0, sessionInfo(facts));
      log.add('ArchiveStatus', 0, { Status: 'Complete' });
      log.add('DriverList', 0, driverList(cars));
      log.add('SessionData', 0, { Series: [], StatusSeries: [] });
      sessionStatus(100, 'Inactive');
      log.add('TrackStatus', 100, { Status: '1', Message: trackMessages['1'] });
      status(100, { TrackStatus: trackMessages['1'] });
      clock(100, '02:00:00', false);
      message(400, 1, { Category: 'Other', Message: 'SIMULATED SESSION - NOT A REAL EVENT' });
      const lines = cars.map(({ entrant }, index) => [
        entrant.number,
        { RacingNumber: entrant.number, Line: index + 1, GridPos: String(index + 1), Stints: [] },
      ]);
      log.add('TimingAppData', 300, { Lines: Object.fromEntries(lines) });
      const stints = cars.map((car) => [
        car.entrant.number,
        {
          Stints: {
            0: {
              LapFlags: 0,
              Compound: car.compound,
              New: car.tyreLaps === 0 ? 'true' : 'false',
              TyresNotChanged: '0',
              TotalLaps: car.tyreLaps,
              StartLaps: car.tyreLaps,
            },
          },
        },
      ]);
      log.add('TimingAppData', 9_000, { Lines: Object.fromEntries(stints) });
    },
    lightsOut(stampMs) {
      sessionStatus(stampMs, 'Started');
      clock(stampMs, '02:00:00', true);
    },
    lap(stampMs, lap) {
      log.add('SessionData', stampMs, { Series: { [series]: { Utc: utcText(stampMs), Lap: lap } } });
      series += 1;
    },
    trackStatus(stampMs, code) {
      log.add('TrackStatus', stampMs, { Status: code, Message: trackMessages[code] });
      status(stampMs, { TrackStatus: trackMessages[code] });
    },
    message,
    chequered(stampMs, lap) {
      message(stampMs, lap, {
        Category: 'Flag',
        Flag: 'CHEQUERED',
        Scope: 'Track',
        Message: 'CHEQUERED FLAG',
      });
      sessionStatus(stampMs + 40, 'Finished');
    },
    close(stampMs) {
      sessionStatus(stampMs - 4_000, 'Finalised');
      sessionStatus(stampMs - 1_000, 'Ends');
      clock(stampMs - 1_000, '00:00:00', false);
      weather(stampMs);
      for (let atMs = 1_500; atMs <= stampMs; atMs += 15_000)
        log.add('Heartbeat', atMs, { Utc: utcText(atMs + 2_000) });
    },
  };
}
