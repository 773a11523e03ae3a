import { createHash, randomUUID } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { errnoOf } from '../../util/errno.ts';
import { isProcessAlive, processStartTime } from '../../util/process-info.ts';

/** Content of the lock file: who has the folder. */
export interface LockContent {
  /** `starting`: the process is a start under way; `running`: it is the broker; `stopping`: it is told to end. */
  readonly phase: 'starting' | 'running' | 'stopping';
  readonly pid: number;
  /** Start time of that process, so that a reused id is not taken for it. */
  readonly startTime: string;
  /** Host name: a process on another machine or in another container cannot be checked from here. */
  readonly host: string;
  readonly port: number;
  readonly controllerPort: number;
  readonly kafkaVersion: string;
  /** Size of the server log when the broker was started: what follows is its own. */
  readonly logOffset: number;
  /** The process with which the broker ends; null for one that goes on alone. */
  readonly tiedTo: { readonly pid: number; readonly startTime: string } | null;
  /** Where the user started it, for messages. */
  readonly startedFrom: string;
  readonly startedAt: string;
  /** Makes every lock different from every other. */
  readonly nonce: string;
}

/** A lock held by this process until it is handed to the broker or released. */
export interface HeldLock {
  /** Names the broker as the holder: from then on the lock lives as long as that process. */
  handOver(
    broker: Pick<LockContent, 'pid' | 'startTime' | 'port' | 'controllerPort' | 'logOffset' | 'tiedTo'>,
  ): void;
  /** Removes the lock, when it is still this one. */
  release(): void;
}

export type LockAttempt =
  | { readonly held: HeldLock; readonly holder: null }
  | { readonly held: null; readonly holder: LockContent };

/**
 * Takes the exclusive lock at `path`, or tells who has it. The file appears with its content (hard link), and one whose
 * process is dead is removed by exactly one taker: two takers that both see the dead one cannot remove each other's.
 */
export function takeLock(
  path: string,
  facts: Pick<LockContent, 'port' | 'controllerPort' | 'kafkaVersion'>,
): LockAttempt {
  const content = ownContent(facts);
  for (;;) {
    if (createExclusive(path, content)) return { held: heldLock(path, content), holder: null };
    const { text, content: holder } = readRaw(path);
    if (text === null) continue; // released between the two looks
    if (holder !== null && mayBeAlive(holder)) return { held: null, holder };
    removeDead(path, text, content);
  }
}

/** Who has the lock, or null when nobody alive does. */
export function readLock(path: string): LockContent | null {
  const { content } = readRaw(path);
  return content !== null && mayBeAlive(content) ? content : null;
}

/** The lock of a broker that ended without being stopped, or null: it runs, was stopped in order or never started. */
export function readDeadLock(path: string): LockContent | null {
  const { content } = readRaw(path);
  return content === null || content.phase !== 'running' || mayBeAlive(content) ? null : content;
}

/** Says in the lock that its broker was told to end, so that nobody takes it for one that goes on running. */
export function markStopping(path: string, holder: LockContent): void {
  if (readRaw(path).content?.nonce === holder.nonce) replaceLock(path, { ...holder, phase: 'stopping' });
}

/** True when the broker will end soon: it was told to, or the process it is tied to is gone. */
export function isEnding({ phase, tiedTo }: LockContent): boolean {
  return phase === 'stopping' || (tiedTo !== null && !isProcessAlive(tiedTo.pid, tiedTo.startTime));
}

/** Removes a lock whose process is dead; one that is alive stays. */
export function clearDeadLock(path: string): void {
  const { text, content } = readRaw(path);
  if (text === null || (content !== null && mayBeAlive(content))) return;
  removeDead(path, text, ownContent({ port: 0, controllerPort: 0, kafkaVersion: '' }));
}

/** True for the lock of a process on another host: nobody here can tell that it is dead. */
export function isElsewhere(holder: LockContent): boolean {
  return holder.host !== hostname();
}

function mayBeAlive(holder: LockContent): boolean {
  return isElsewhere(holder) || isProcessAlive(holder.pid, holder.startTime);
}

function ownContent(facts: Pick<LockContent, 'port' | 'controllerPort' | 'kafkaVersion'>): LockContent {
  return {
    phase: 'starting',
    pid: process.pid,
    startTime: processStartTime(process.pid) ?? 'unknown',
    host: hostname(),
    ...facts,
    logOffset: 0,
    tiedTo: null,
    startedFrom: process.cwd(),
    startedAt: new Date().toISOString(),
    nonce: randomUUID(),
  };
}

function replaceLock(path: string, content: LockContent): void {
  const beside = `${path}.${randomUUID()}`;
  writeFileSync(beside, serialise(content));
  renameSync(beside, path);
}

function heldLock(path: string, mine: LockContent): HeldLock {
  let current = mine;
  return {
    handOver: (broker) => {
      current = { ...current, ...broker, phase: 'running' };
      replaceLock(path, current);
    },
    release: () => {
      if (readRaw(path).content?.nonce === mine.nonce) rmSync(path, { force: true });
    },
  };
}

/**
 * Removes a dead lock. The right to remove this very content is a lock of its own, named by the content's hash; a
 * taker who died while it had that right is removed the same way.
 */
function removeDead(path: string, deadText: string, own: LockContent): void {
  const claim = `${path}.${createHash('sha256').update(deadText).digest('hex').slice(0, 12)}`;
  if (!createExclusive(claim, own)) {
    const { text, content } = readRaw(claim);
    if (text !== null && (content === null || !mayBeAlive(content))) removeDead(claim, text, own);
    else pauseBriefly(); // its taker is between two file operations
    return;
  }
  try {
    if (readRaw(path).text === deadText) rmSync(path, { force: true });
  } finally {
    rmSync(claim, { force: true });
  }
}

function pauseBriefly(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
}

function createExclusive(path: string, content: LockContent): boolean {
  const beside = `${path}.${randomUUID()}`;
  writeFileSync(beside, serialise(content));
  try {
    linkSync(beside, path);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(beside, { force: true });
  }
}

function serialise(content: LockContent): string {
  return `${JSON.stringify(content, null, 2)}\n`;
}

function readRaw(path: string): { text: string | null; content: LockContent | null } {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return { text: null, content: null };
    throw error;
  }
  return { text, content: parse(text) };
}

function parse(text: string): LockContent | null {
  try {
    const value: unknown = JSON.parse(text);
    return isLockContent(value) ? value : null;
  } catch {
    return null; // damaged: treated as the lock of a dead process
  }
}

function isLockContent(value: unknown): value is LockContent {
  if (typeof value !== 'object' || value === null) return false;
  const { pid, startTime, host, port } = value as Partial<Record<keyof LockContent, unknown>>;
  const hasTexts = typeof startTime === 'string' && typeof host === 'string';
  if (!('tiedTo' in value)) return false;
  return hasTexts && Number.isInteger(pid) && Number.isInteger(port);
}
