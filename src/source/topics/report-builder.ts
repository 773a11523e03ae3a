import type { Log } from '../../domain/log.ts';
import type { MalformedLine, MissingTopic, ReadReport, TopicReport } from '../../domain/raw-session.ts';

/** Malformed lines kept in full; the count goes on. */
const maxMalformedKept = 100;

/** Counts of one topic while it is read. */
export interface TopicCounts {
  readonly topic: string;
  lines: number;
  bytes: number;
  repaired: number;
  malformed: number;
  /** Lines whose stamp is earlier than that of the line before. */
  outOfOrder: number;
  /** Stamp of the last readable line; NaN before the first. */
  lastStampMs: number;
}

/** Gathers what the read report says, and says loudly what must not be overlooked. */
export class ReportBuilder {
  readonly #log: Log;
  readonly #topics: TopicCounts[] = [];
  readonly #missing = new Map<string, MissingTopic>();
  readonly #malformed: MalformedLine[] = [];
  readonly #warnings: string[] = [];

  constructor(log: Log) {
    this.#log = log;
  }

  topic(name: string): TopicCounts {
    const counts = {
      topic: name,
      lines: 0,
      bytes: 0,
      repaired: 0,
      malformed: 0,
      outOfOrder: 0,
      lastStampMs: Number.NaN,
    };
    this.#topics.push(counts);
    return counts;
  }

  malformed(counts: TopicCounts, line: number, reason: string): void {
    counts.malformed++;
    const keyFrame = line === 1;
    if (keyFrame)
      this.#log.warn(
        `${counts.topic}: the key frame (line 1) cannot be read and its content is lost: ${reason}`,
      );
    if (this.#malformed.length < maxMalformedKept)
      this.#malformed.push({ topic: counts.topic, line, reason, keyFrame });
  }

  missing(topic: string, reason: string): void {
    if (!this.#missing.has(topic)) this.#missing.set(topic, { topic, reason });
  }

  isMissing(topic: string): boolean {
    return this.#missing.has(topic);
  }

  warn(sentence: string): void {
    this.#warnings.push(sentence);
  }

  /** Topics with at least one readable line. */
  readable(): TopicCounts[] {
    return this.#topics.filter((counts) => counts.lines > counts.malformed);
  }

  /** Logs one line for each kind of trouble and returns the report. */
  build(): ReadReport {
    for (const { topic, repaired, malformed } of this.#topics) {
      if (repaired > 0)
        this.#warnings.push(`${topic}: bare NaN or Infinity was read as null in ${lines(repaired)}`);
      if (malformed === 0) continue;
      const first = this.#malformed.find((entry) => entry.topic === topic);
      const detail = first === undefined ? '' : `, first in line ${first.line}: ${first.reason}`;
      this.#warnings.push(`${topic}: ${lines(malformed)} could not be read in full${detail}`);
    }
    const missing = [...this.#missing.values()];
    if (missing.length > 0)
      this.#log.warn(
        `${missing.length} ${missing.length === 1 ? 'topic is' : 'topics are'} missing: ${missing.map(({ topic }) => topic).join(', ')}`,
        { missing },
      );
    for (const warning of this.#warnings) this.#log.warn(warning);
    const topics = this.#topics.map(
      ({ topic, lines: count, bytes, repaired, malformed, outOfOrder }): TopicReport => ({
        topic,
        lines: count,
        bytes,
        repaired,
        malformed,
        outOfOrder,
      }),
    );
    return { topics, missing, malformed: this.#malformed, warnings: this.#warnings };
  }
}

function lines(count: number): string {
  return count === 1 ? '1 line' : `${count} lines`;
}
