import { unlistedDriver, type Driver } from '../domain/driver.ts';
import { F1Error } from '../domain/errors.ts';
import type { Log, OnProgress } from '../domain/log.ts';
import type { CarSamples, PosSamples, RawSession, SessionIdentity } from '../domain/raw-session.ts';
import { applyCarAlias, carNumberWarning } from './checks/car-numbers.ts';
import { completenessOf } from './checks/completeness.ts';
import { createCarFeed } from './decode/car-feed.ts';
import { isObject } from './decode/feed-columns.ts';
import { epochMsFromUs } from './decode/instant.ts';
import { createPosFeed } from './decode/pos-feed.ts';
import { carSamplesOf, posSamplesOf, type JoinedFeed } from './decode/samples.ts';
import {
  NotDataError,
  readCarTopic,
  readKeyFrame,
  readMessages,
  readPosTopic,
  type ReadTopicOptions,
} from './topics/read-topic.ts';
import { ReportBuilder } from './topics/report-builder.ts';
import { hasRaceDistance } from './identity/session-name.ts';
import { createSmallTables, type SmallTablesReader } from './small-tables/index.ts';
import { createTimingReader, type TimingReader } from './timing/index.ts';
import { listTopicFiles, type TopicFile } from './topics/topic-files.ts';
import { knownTopics, missingReason } from './topics/topics.ts';

export interface ReadFolderOptions {
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly onProgress?: OnProgress | undefined;
  /** What the folder's place or `--name` say; used where SessionInfo is silent. */
  readonly identityHint: SessionIdentity | null;
  readonly carAlias?: ReadonlyMap<string, string> | undefined;
  /** What the folder stands for in messages; the folder itself when absent. */
  readonly place?: string | undefined;
  /** Topics that the session's own index lists; null when there is none. */
  readonly expectedTopics?: readonly string[] | null;
  /** What to add for the user when the recording is incomplete. */
  readonly incompleteNote?: string;
}

/** A session as read, with the share of it that the files hold. */
export interface FolderReading {
  readonly session: RawSession;
  /** 0–1; 1 for a complete session. */
  readonly share: number;
}

interface Telemetry<Samples> {
  readonly joined: JoinedFeed<Samples>;
  readonly maxOffsetUs: number;
}

interface ReadTopics {
  readonly car: Telemetry<CarSamples>;
  readonly pos: Telemetry<PosSamples>;
  /** Files refused because they are web pages. */
  readonly pages: number;
  /** Planned length of the session by SessionInfo; null when it does not say. */
  readonly plannedMs: number | null;
}

const nothing = {
  joined: { samples: new Map(), filledRows: 0, repeatedTimes: 0 },
  maxOffsetUs: Number.NEGATIVE_INFINITY,
};

/** Reports bytes over all files with the time left. */
function createProgress(
  files: readonly TopicFile[],
  onProgress: OnProgress | undefined,
): (file: TopicFile, bytes: number) => void {
  const total = files.reduce((sum, file) => sum + file.bytes, 0);
  const startMs = performance.now();
  const doneByFile = new Map<string, number>();
  return (file, bytes) => {
    if (onProgress === undefined) return;
    doneByFile.set(file.fileName, bytes);
    let done = 0;
    for (const part of doneByFile.values()) done += part;
    const seconds = (performance.now() - startMs) / 1000;
    const etaSeconds = done === 0 ? null : (seconds * Math.max(0, total - done)) / done;
    onProgress({ stage: 'read', file: file.fileName, done, total, unit: 'bytes', etaSeconds });
  };
}

function noteFeed(
  report: ReportBuilder,
  topic: string,
  feed: { dropped: number; clamped: number },
  joined: JoinedFeed<unknown>,
): void {
  if (feed.dropped > 0)
    report.warn(`${topic}: ${feed.dropped} samples lack a required channel and are left out`);
  if (feed.clamped > 0)
    report.warn(`${topic}: ${feed.clamped} values are outside the range of their channel and are cut to it`);
  if (joined.filledRows > 0)
    report.warn(
      `${topic}: ${joined.filledRows} rows are made up of zeros because not every car is in every sample; they are marked`,
    );
  if (joined.repeatedTimes > 0)
    report.warn(`${topic}: ${joined.repeatedTimes} samples repeat a car's time and are left out`);
}

async function readCar(file: TopicFile, options: ReadTopicOptions): Promise<Telemetry<CarSamples>> {
  const feed = createCarFeed();
  await readCarTopic(file.path, feed, options);
  const joined = carSamplesOf(feed);
  noteFeed(options.report, file.topic, feed, joined);
  return { joined, maxOffsetUs: feed.maxOffsetUs };
}

async function readPos(file: TopicFile, options: ReadTopicOptions): Promise<Telemetry<PosSamples>> {
  const feed = createPosFeed();
  await readPosTopic(file.path, feed, options);
  const joined = posSamplesOf(feed);
  noteFeed(options.report, file.topic, feed, joined);
  return { joined, maxOffsetUs: feed.maxOffsetUs };
}

function plannedLengthMs(info: unknown): number | null {
  if (!isObject(info)) return null;
  const ms = Date.parse(String(info['EndDate'])) - Date.parse(String(info['StartDate']));
  return ms > 0 ? ms : null;
}

/** Reads every topic file; what cannot be read at all becomes a missing topic. */
async function readTopics(
  files: readonly TopicFile[],
  timing: TimingReader,
  small: SmallTablesReader,
  report: ReportBuilder,
  options: ReadFolderOptions,
): Promise<ReadTopics> {
  const progress = createProgress(files, options.onProgress);
  let car: Telemetry<CarSamples> = nothing;
  let pos: Telemetry<PosSamples> = nothing;
  let pages = 0;
  let plannedMs: number | null = null;
  for (const file of files) {
    options.signal.throwIfAborted();
    const counts = report.topic(file.topic);
    const topicOptions = {
      report,
      counts,
      signal: options.signal,
      onBytes: (bytes: number) => progress(file, bytes),
    };
    const fields = knownTopics.find(({ name }) => name === file.topic)?.fields;
    let isOfTopic = fields === undefined;
    const accept = (stampMs: number, data: unknown, line: number, text: string): void => {
      isOfTopic ||= isObject(data) && fields?.some((field) => Object.hasOwn(data, field)) === true;
      if (file.topic === 'SessionInfo') plannedMs ??= plannedLengthMs(data);
      timing.accept(file.topic, stampMs, data, line);
      if (file.kind !== 'keyframe') small.accept(file.topic, stampMs, data, text);
    };
    try {
      if (file.topic === 'CarData.z' || file.topic === 'CarData') car = await readCar(file, topicOptions);
      else if (file.topic === 'Position.z' || file.topic === 'Position')
        pos = await readPos(file, topicOptions);
      else if (file.kind === 'keyframe') await readKeyFrame(file.path, accept, topicOptions);
      else await readMessages(file.path, accept, topicOptions);
    } catch (error) {
      if (!(error instanceof NotDataError)) throw error;
      pages++;
      counts.malformed = counts.lines = Math.max(1, counts.lines);
      options.log.warn(`${file.fileName} is refused: ${error.message}`);
      noteMissing(report, file.topic, 'holds an HTML or XML page instead of timing data');
      continue;
    }
    if (counts.lines === 0) noteMissing(report, file.topic, 'is empty');
    else if (counts.lines === counts.malformed) noteMissing(report, file.topic, 'has no readable line');
    else if (!isOfTopic)
      noteMissing(report, file.topic, 'holds nothing of this topic (another file under its name?)');
  }
  return { car, pos, pages, plannedMs };
}

function noteMissing(report: ReportBuilder, topic: string, why: string): void {
  const known = knownTopics.find(({ name }) => name === topic || name === `${topic}.z`);
  report.missing(topic, known === undefined ? `${topic} ${why}` : missingReason(known, why));
}

function noteAbsentTopics(
  files: readonly TopicFile[],
  identity: SessionIdentity,
  report: ReportBuilder,
): void {
  const present = new Set(files.map(({ topic }) => topic));
  const isRace = hasRaceDistance(identity.year, identity.session);
  for (const topic of knownTopics) {
    if (topic.lost === null || present.has(topic.name) || present.has(topic.name.replace(/\.z$/, '')))
      continue;
    if (topic.only === 'race' && !isRace) continue;
    if (topic.name === 'TimingData' && present.has('TimingDataF1')) continue;
    report.missing(topic.name, missingReason(topic, 'is not in the recording'));
  }
}

/** Cars that are kept and the drivers they belong to: those of the driver list, or everyone seen when there is none. */
function chooseDrivers(
  listed: readonly Driver[],
  hasList: boolean,
  car: Map<string, CarSamples>,
  pos: Map<string, PosSamples>,
  report: ReportBuilder,
): Driver[] {
  if (!hasList) {
    const known = new Set(listed.map(({ number }) => number));
    const seen = [...new Set([...car.keys(), ...pos.keys()])].filter((number) => !known.has(number));
    return [...listed, ...seen.sort((a, b) => Number(a) - Number(b)).map(unlistedDriver)];
  }
  const entered = listed.map(({ number }) => number);
  const warning = car.size > 0 ? carNumberWarning([...car.keys()], entered) : null;
  if (warning !== null) report.warn(warning);
  for (const feed of [car, pos])
    for (const number of feed.keys()) if (!entered.includes(number)) feed.delete(number);
  return [...listed];
}

function kindOf({ session }: SessionIdentity, isRace: boolean): 'race' | 'qualifying' | 'practice' | 'other' {
  if (isRace) return 'race';
  if (/qualifying|shootout/i.test(session)) return 'qualifying';
  return /^practice [123]$/i.test(session) ? 'practice' : 'other';
}

/**
 * Reads a session folder (archive file names) into columns and first-reading timing. Errors: `F1_SOURCE_EMPTY` without
 * a readable topic, `F1_SOURCE_NOT_DATA` when there are web pages only, `F1_SOURCE_NO_IDENTITY` when nothing names the session. Holds the columns and one line at a time.
 */
export async function readFolder(folder: string, options: ReadFolderOptions): Promise<FolderReading> {
  const place = options.place ?? folder;
  const files = await listTopicFiles(folder);
  const report = new ReportBuilder(options.log);
  const timing = createTimingReader();
  const small = createSmallTables();
  const telemetry = await readTopics(files, timing, small, report, options);
  const readable = report.readable();
  if (readable.length === 0 && telemetry.pages > 0) {
    throw new F1Error(
      'F1_SOURCE_NOT_DATA',
      `Cannot open the session in ${place}: its files are HTML or XML pages`,
      {
        hint: 'An error page was stored instead of data: slipstream cache clear, or fetch the files again',
        exitCode: 2,
      },
    );
  }
  if (readable.length === 0) {
    throw new F1Error(
      'F1_SOURCE_EMPTY',
      `Cannot open the session in ${place}: no topic file of the archive in it can be read`,
      {
        hint: 'Name the folder that holds files like TimingData.jsonStream or CarData.z.jsonStream',
        exitCode: 2,
      },
    );
  }
  const result = timing.finish({ identityHint: options.identityHint });
  const identity = result.identity ?? options.identityHint;
  if (identity === null) {
    throw new F1Error(
      'F1_SOURCE_NO_IDENTITY',
      `Cannot tell which session is in ${place}: there is no SessionInfo and the folder's name does not say`,
      {
        hint: 'Say it: --name "2023 Qatar Race"',
        exitCode: 2,
      },
    );
  }
  noteAbsentTopics(files, identity, report);
  for (const warning of result.warnings) report.warn(warning);

  const alias = options.carAlias ?? new Map<string, string>();
  const car = applyCarAlias(telemetry.car.joined.samples, alias, 'CarData.z');
  const pos = applyCarAlias(telemetry.pos.joined.samples, alias, 'Position.z');
  for (const warning of [...car.warnings, ...pos.warnings]) report.warn(warning);
  const hasList = readable.some(({ topic }) => topic === 'DriverList') && result.drivers.length > 0;
  const drivers = chooseDrivers(result.drivers, hasList, car.samples, pos.samples, report);
  const completeness = completenessOf({
    timing: result.timing,
    ends: readable,
    expectedTopics: options.expectedTopics ?? null,
    plannedMs: telemetry.plannedMs,
  });
  for (const reason of completeness.reasons) report.warn(reason);
  if (completeness.share < 1 && options.incompleteNote !== undefined) report.warn(options.incompleteNote);

  const maxOffsetUs = Math.max(telemetry.car.maxOffsetUs, telemetry.pos.maxOffsetUs);
  const session: RawSession = {
    identity,
    t0EpochMs: Number.isFinite(maxOffsetUs) ? epochMsFromUs(maxOffsetUs) : null,
    drivers,
    car: car.samples,
    pos: pos.samples,
    timing: result.timing,
    smallTables: small.finish({
      timing: result.timing,
      kind: kindOf(identity, result.isRace),
      session: identity.session,
      lappers: result.lappers,
    }),
    report: report.build(),
  };
  return { session, share: completeness.share };
}
