import { stampText } from '../decode/stamp.ts';

/** Lines of the topics of one session, kept with their stamps until the files are written. */
export interface TopicLog {
  /** Adds a JSON value. Lines of a topic need not come in order of time. */
  add(topic: string, stampMs: number, value: unknown): void;
  /** Adds a payload that is written as it is (`.z` topics: quoted base64). */
  addText(topic: string, stampMs: number, payload: string): void;
  readonly topics: readonly string[];
  /** The topic's file: byte-order mark, stamp and payload, CRLF at the end of every line. */
  fileOf(topic: string): string;
  linesOf(topic: string): number;
}

/** Creates an empty log. */
export function createTopicLog(): TopicLog {
  const lines = new Map<string, { stampMs: number; payload: string }[]>();
  function addText(topic: string, stampMs: number, payload: string): void {
    const own = lines.get(topic);
    if (own === undefined) lines.set(topic, [{ stampMs, payload }]);
    else own.push({ stampMs, payload });
  }
  return {
    add: (topic, stampMs, value) => addText(topic, stampMs, JSON.stringify(value)),
    addText,
    get topics() {
      return [...lines.keys()];
    },
    fileOf(topic) {
      const own = lines.get(topic) ?? [];
      own.sort((a, b) => Math.round(a.stampMs) - Math.round(b.stampMs));
      return `\uFEFF${own.map(({ stampMs, payload }) => `${stampText(stampMs)}${payload}\r\n`).join('')}`;
    },
    linesOf: (topic) => lines.get(topic)?.length ?? 0,
  };
}
