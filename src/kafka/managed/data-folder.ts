import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { F1Error, messageOf } from '../../domain/errors.ts';
import { managedPaths } from './paths.ts';
import type { ManagedPaths } from './paths.ts';

/** What we wrote when the data folder was formatted; the folder is ours when its own files say the same. */
export interface ClusterRecord {
  readonly clusterId: string;
  readonly nodeId: number;
  readonly kafkaVersion: string;
  /** True once a broker was ready on it: from then on its metadata log must exist. */
  readonly started: boolean;
}

export type FolderState =
  | { readonly state: 'empty' }
  | { readonly state: 'whole'; readonly cluster: ClusterRecord }
  | { readonly state: 'metadata-missing' | 'foreign' | 'damaged'; readonly reason: string };

/** Node id of the one broker of a managed cluster. */
export const managedNodeId = 1;
const metadataFolder = '__cluster_metadata-0';
const idPattern = /^[A-Za-z0-9_-]{22}$/u;

/** Tells what a data folder holds before any JVM sees it; at most a few file reads. */
export function classifyDataFolder(paths: ManagedPaths, kafkaVersion: string): FolderState {
  try {
    if (!existsSync(paths.data)) return { state: 'empty' };
    if (!statSync(paths.data).isDirectory()) return damaged(`${paths.data} is not a folder`);
    const entries = readdirSync(paths.data);
    if (!entries.includes('meta.properties')) return withoutMeta(paths, entries);
    return withMeta(paths, entries, kafkaVersion);
  } catch (error) {
    return damaged(`${paths.data} cannot be read (${messageOf(error)})`);
  }
}

function withoutMeta(paths: ManagedPaths, entries: readonly string[]): FolderState {
  // a checkpoint alone: a format that was cut off before its last file
  const expected = /^(?:lost\+found|\..*|bootstrap\.checkpoint.*|meta\.properties\.tmp)$/u;
  const own = entries.filter((entry) => !expected.test(entry));
  if (own.length === 0) return { state: 'empty' };
  return damaged(
    `${paths.data} holds ${own.length} entries (${own.slice(0, 3).join(', ')}) but no meta.properties`,
  );
}

function withMeta(paths: ManagedPaths, entries: readonly string[], kafkaVersion: string): FolderState {
  const meta = readProperties(join(paths.data, 'meta.properties'));
  const clusterId = meta.get('cluster.id');
  const nodeId = meta.get('node.id') ?? meta.get('broker.id');
  if (meta.size === 0) return damaged('meta.properties is empty');
  if (clusterId === undefined || nodeId === undefined || !/^\d+$/u.test(nodeId)) {
    return damaged('meta.properties names no cluster id or no node id');
  }
  if (meta.get('version') !== '1')
    return foreign(`meta.properties has version ${meta.get('version') ?? 'none'}, not 1`);
  const directoryId = meta.get('directory.id');
  if (directoryId !== undefined && !idPattern.test(directoryId)) {
    return damaged(`meta.properties has the directory id '${directoryId}', not 22 characters of base64`);
  }
  const cluster = readCluster(paths);
  if (cluster === null)
    return foreign(`it was formatted by another program (cluster ${clusterId}, node ${nodeId})`);
  if (cluster.clusterId !== clusterId)
    return foreign(`it belongs to cluster ${clusterId}, this one is ${cluster.clusterId}`);
  if (Number(nodeId) !== cluster.nodeId)
    return foreign(`it belongs to node ${nodeId}, this one is node ${cluster.nodeId}`);
  if (compareVersions(cluster.kafkaVersion, kafkaVersion) > 0) {
    return foreign(`it was written by Kafka ${cluster.kafkaVersion}, this one is the older ${kafkaVersion}`);
  }
  const hasTopics = entries.some((entry) => /-\d+$/u.test(entry) && entry !== metadataFolder);
  if ((cluster.started || hasTopics) && !hasMetadataLog(paths)) {
    const reason = `the cluster's metadata (${metadataFolder}) is missing: a broker would start with all topics gone`;
    return { state: 'metadata-missing', reason };
  }
  return { state: 'whole', cluster };
}

function hasMetadataLog(paths: ManagedPaths): boolean {
  const folder = join(paths.data, metadataFolder);
  if (!existsSync(folder)) return false;
  return readdirSync(folder).some((name) => name.endsWith('.log') || name.endsWith('.checkpoint'));
}

/** Cluster record of the folder, or null when there is none that can be read. */
export function readCluster(paths: ManagedPaths): ClusterRecord | null {
  try {
    const value: Partial<ClusterRecord> = JSON.parse(readFileSync(paths.cluster, 'utf8'));
    const { clusterId, nodeId, kafkaVersion, started } = value;
    if (typeof clusterId !== 'string' || typeof nodeId !== 'number' || typeof kafkaVersion !== 'string')
      return null;
    return { clusterId, nodeId, kafkaVersion, started: started === true };
  } catch {
    return null; // no record, or a damaged one: then the folder's own files decide
  }
}

/** Writes the record of the cluster beside its place and renames it. */
export function writeCluster(paths: ManagedPaths, cluster: ClusterRecord): void {
  const beside = `${paths.cluster}.tmp`;
  writeFileSync(beside, `${JSON.stringify(cluster, null, 2)}\n`);
  renameSync(beside, paths.cluster);
}

/** 128 random bits as Kafka writes ids: 22 characters of URL-safe base64, not starting with a dash. */
export function createKafkaId(): string {
  for (;;) {
    const id = randomBytes(16).toString('base64url');
    if (!id.startsWith('-')) return id;
  }
}

/** What is wrong with the data of the broker in `dir` ("is damaged: …"), or null when a start can use it. */
export function describeDataFolder(dir: string, kafkaVersion: string): string | null {
  const found = classifyDataFolder(managedPaths(dir), kafkaVersion);
  return found.state === 'empty' || found.state === 'whole'
    ? null
    : `${problems[found.state]}: ${found.reason}`;
}

const problems = {
  'metadata-missing': 'is incomplete',
  foreign: 'is not ours',
  damaged: 'is damaged',
} as const;

/** F1_KAFKA_FOLDER with its two choices. */
export function folderError(
  paths: ManagedPaths,
  found: Exclude<FolderState, { state: 'empty' | 'whole' }>,
): F1Error {
  const what = problems[found.state];
  return new F1Error(
    'F1_KAFKA_FOLDER',
    `Cannot start Kafka: the data folder ${paths.data} ${what}: ${found.reason}`,
    {
      hint: `Either put the old data aside (renamed, not deleted) with: slipstream kafka start --reset-data --dir ${paths.dir} – or name another folder: --dir DIR (kafka.managed.dir)`,
      exitCode: 2,
    },
  );
}

/** Renames the data folder and its record to `….aside-TIME`; returns the new path, or null when there was nothing. */
export function putDataAside(paths: ManagedPaths, now: Date): string | null {
  const stamp = now.toISOString().replaceAll(/[-:]|\.\d+/gu, '');
  const aside = `${paths.data}.aside-${stamp}`;
  const hadData = existsSync(paths.data);
  if (hadData) renameSync(paths.data, aside);
  if (existsSync(paths.cluster))
    renameSync(paths.cluster, join(paths.dir, `${basename(aside)}.cluster.json`));
  return hadData ? aside : null;
}

/** Compares dotted versions by their numbers: negative when `a` is older. */
export function compareVersions(a: string, b: string): number {
  const left = a.split('.').map((part) => Number.parseInt(part, 10) || 0);
  const right = b.split('.').map((part) => Number.parseInt(part, 10) || 0);
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function readProperties(path: string): Map<string, string> {
  const properties = new Map<string, string>();
  for (const line of readFileSync(path, 'utf8').split(/\r?\n/u)) {
    const at = line.indexOf('=');
    if (at > 0 && !line.startsWith('#')) properties.set(line.slice(0, at).trim(), line.slice(at + 1).trim());
  }
  return properties;
}

function damaged(reason: string): FolderState {
  return { state: 'damaged', reason };
}

function foreign(reason: string): FolderState {
  return { state: 'foreign', reason };
}
