import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { formatBytes, freeBytes } from './disk.ts';
import { readDeadLock } from './lock.ts';
import { managedPaths } from './paths.ts';
import type { ManagedPaths } from './paths.ts';

/** Why a broker ended, in words; `code` sorts it for the caller. */
export interface BrokerFailure {
  readonly code: 'port' | 'disk' | 'folder' | 'locked' | 'memory' | 'java' | 'access' | 'other';
  readonly reason: string;
}

const tailBytes = 65_536;

const patterns: readonly (BrokerFailure & { readonly pattern: RegExp })[] = [
  {
    code: 'port',
    pattern: /Address already in use|Socket server failed to bind/u,
    reason: 'one of its ports is taken',
  },
  { code: 'disk', pattern: /No space left on device|Disk quota exceeded/u, reason: 'the disk is full' },
  {
    code: 'locked',
    pattern: /Failed to acquire lock on file/u,
    reason: 'another broker has the data folder open',
  },
  {
    code: 'folder',
    pattern:
      /InconsistentClusterIdException|Invalid cluster\.id|Stored node id|InconsistentBrokerMetadata|unexpected (?:cluster|node) id/iu,
    reason: 'the data folder belongs to another cluster or node',
  },
  {
    code: 'folder',
    pattern:
      /CorruptRecordException|CorruptIndexException|Unable to read the broker metadata|invalid magic|Malformed line in/u,
    reason: 'a file in the data folder is damaged',
  },
  {
    code: 'memory',
    pattern: /OutOfMemoryError|Could not reserve enough space|insufficient memory for the Java Runtime/iu,
    reason: 'there is not enough memory for its heap (kafka.managed.heap_mb)',
  },
  {
    code: 'memory',
    pattern: /Initial heap size set to a larger value|Too small (?:initial|maximum) heap/u,
    reason: 'its heap is too small (kafka.managed.heap_mb)',
  },
  {
    code: 'java',
    pattern: /UnsupportedClassVersionError|compiled by a more recent version/u,
    reason: 'its Java is too old',
  },
  {
    code: 'java',
    pattern: /Could not find or load main class/u,
    reason: 'its jars are incomplete: run slipstream kafka install',
  },
  {
    code: 'access',
    pattern: /AccessDeniedException|Permission denied/u,
    reason: 'a file in its folder may not be read or written',
  },
];

/** The reason in what the broker logged since `from` (byte offsets of the two logs when it was started). */
export function explainBrokerLog(
  paths: ManagedPaths,
  from: { server: number; console: number },
): BrokerFailure {
  const server = readTail(paths.serverLog, from.server);
  const text = `${readTail(paths.consoleLog, from.console)}\n${server}`;
  for (const { pattern, ...failure } of patterns) if (pattern.test(text)) return failure;
  const last = lastRelevantLine(text);
  return { code: 'other', reason: last ?? 'it left no line in its log' };
}

/**
 * Why the managed broker of `dir` is gone ("the disk is full: 0 MB free at …"), or null when it runs, was stopped in
 * order or was never started. A broker that ends by itself leaves its lock; with a full disk it cannot log why.
 */
export function explainManagedKafka(dir: string): string | null {
  const paths = managedPaths(dir);
  const dead = readDeadLock(paths.lock);
  if (dead === null) return null;
  const free = freeBytes(paths.dir);
  if (free < fullDiskBytes) return `the disk is full: ${formatBytes(free)} free at ${paths.dir}`;
  const { code, reason } = explainBrokerLog(paths, { server: dead.logOffset, console: 0 });
  return code === 'other' ? 'it was killed or ended by itself' : reason;
}

/** Below this a broker cannot roll a segment of its log. */
const fullDiskBytes = 80_000_000;

/** Size of a file, 0 when there is none. */
export function fileSize(path: string): number {
  if (!existsSync(path)) return 0;
  const file = openSync(path, 'r');
  try {
    return fstatSync(file).size;
  } finally {
    closeSync(file);
  }
}

/** The last line that says something went wrong, without time, class and stack; null when there is none. */
export function lastRelevantLine(text: string): string | null {
  const lines = text.split('\n').filter((line) => line !== '' && !/^\s|^Caused by: |^\tat /u.test(line));
  const wrong = lines.filter((line) => /\b(?:ERROR|FATAL)\b|Exception|Error:/u.test(line));
  const line = wrong.at(-1) ?? lines.findLast((each) => /\bWARN\b/u.test(each));
  if (line === undefined) return null;
  const bare = line
    .replace(/^\[[^\]]*\]\s*/u, '')
    .replace(/^(?:ERROR|FATAL|WARN)\s+/u, '')
    .replace(/^\[[^\]]*\]\s*/u, '')
    .replace(/\s*\([\w.$]+\)\s*$/u, '');
  return bare.length > 200 ? `${bare.slice(0, 199)}…` : bare;
}

function readTail(path: string, from: number): string {
  if (!existsSync(path)) return '';
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    const start = Math.max(size < from ? 0 : from, size - tailBytes); // a smaller file was rolled meanwhile
    const bytes = Buffer.alloc(size - start);
    readSync(file, bytes, 0, bytes.length, start);
    return bytes.toString('utf8');
  } finally {
    closeSync(file);
  }
}
