import { z } from 'zod';

/** One line of a classification as the results API (Jolpica, successor of Ergast) gives it. */
export interface ApiResult {
  /** Car number in that session; the driver's own `permanentNumber` is rewritten by the API and never used. */
  readonly number: string;
  readonly driverId: string;
  readonly code: string | null;
  readonly firstName: string;
  readonly lastName: string;
  readonly teamId: string;
  readonly team: string;
  readonly position: number | null;
  /** '1' …, R retired, D disqualified, E excluded, W withdrawn, F failed to qualify, N not classified; null in a qualifying. */
  readonly classified: string | null;
  /** 0 = from the pit lane. */
  readonly grid: number | null;
  readonly status: string | null;
  readonly points: number | null;
  readonly laps: number | null;
  /** Race time of the winner, else the gap to him; of a lapped car the gap in which it crossed the line after him. */
  readonly timeMs: number | null;
  /** Best times of Q1, Q2, Q3. */
  readonly partsMs: readonly [number | null, number | null, number | null];
}

/** What a page of an answer says about the whole. */
export interface AnswerPage {
  readonly total: number;
  readonly races: readonly Race[];
}

const entrySchema = z.object({
  number: z.string(),
  position: z.string().optional(),
  positionText: z.string().optional(),
  points: z.string().optional(),
  grid: z.string().optional(),
  laps: z.string().optional(),
  status: z.string().optional(),
  Time: z.object({ time: z.string().optional() }).optional(),
  Q1: z.string().optional(),
  Q2: z.string().optional(),
  Q3: z.string().optional(),
  Driver: z.object({
    driverId: z.string(),
    code: z.string().optional(),
    givenName: z.string(),
    familyName: z.string(),
  }),
  Constructor: z.object({ constructorId: z.string(), name: z.string() }).optional(),
});
const timingSchema = z.object({ driverId: z.string(), time: z.string() });
const raceSchema = z.object({
  season: z.string(),
  round: z.string(),
  raceName: z.string(),
  date: z.string(),
  Results: z.array(entrySchema).optional(),
  QualifyingResults: z.array(entrySchema).optional(),
  SprintResults: z.array(entrySchema).optional(),
  Laps: z.array(z.object({ Timings: z.array(timingSchema) })).optional(),
});
const answerSchema = z.object({
  MRData: z.object({ total: z.string(), RaceTable: z.object({ Races: z.array(raceSchema) }) }),
});

type Race = z.infer<typeof raceSchema>;
type Entry = z.infer<typeof entrySchema>;

/** Reads an answer of the API; null when it is none. */
export function readAnswer(value: unknown): AnswerPage | null {
  const parsed = answerSchema.safeParse(value);
  if (!parsed.success) return null;
  const { total, RaceTable } = parsed.data.MRData;
  return { total: Number(total) || 0, races: RaceTable.Races };
}

/** Every classification line of pages that belong together. */
export function resultsOf(pages: readonly AnswerPage[]): ApiResult[] {
  return pages
    .flatMap(({ races }) => races)
    .flatMap((race) => race.Results ?? race.QualifyingResults ?? race.SprintResults ?? [])
    .map(resultOf);
}

/** Times of the first lap by driver id [ms]. */
export function firstLapOf(pages: readonly AnswerPage[]): Map<string, number> {
  const times = pages
    .flatMap(({ races }) => races)
    .flatMap(({ Laps }) => Laps ?? [])
    .flatMap(({ Timings }) => Timings)
    .map(({ driverId, time }) => [driverId, spanMs(time)] as const);
  return new Map(times.flatMap(([id, ms]) => (ms === null ? [] : [[id, ms] as const])));
}

function resultOf(entry: Entry): ApiResult {
  return {
    number: entry.number,
    driverId: entry.Driver.driverId,
    code: entry.Driver.code ?? null,
    firstName: entry.Driver.givenName,
    lastName: entry.Driver.familyName,
    teamId: entry.Constructor?.constructorId ?? '',
    team: entry.Constructor?.name ?? '',
    position: numberOf(entry.position),
    classified: entry.positionText ?? null,
    grid: numberOf(entry.grid),
    status: entry.status ?? null,
    points: numberOf(entry.points),
    laps: numberOf(entry.laps),
    timeMs: spanMs(entry.Time?.time),
    partsMs: [spanMs(entry.Q1), spanMs(entry.Q2), spanMs(entry.Q3)],
  };
}

function numberOf(text: string | undefined): number | null {
  if (text === undefined || text.trim() === '') return null;
  const value = Number(text);
  return Number.isFinite(value) ? value : null;
}

/** '+5.384', '1:27.407', '1:48:51.980' as ms; null for '' and for what is no time. */
export function spanMs(text: string | undefined): number | null {
  const match = /^([+-]?)(?:(?:(\d+):)?(\d+):)?(\d+)(?:\.(\d+))?$/.exec(text ?? '');
  if (match === null) return null;
  const [, sign, hours = '0', minutes = '0', seconds = '0', fraction = ''] = match;
  const whole = (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds);
  const ms = whole * 1000 + Number(fraction.padEnd(3, '0').slice(0, 3));
  return sign === '-' ? -ms : ms;
}
