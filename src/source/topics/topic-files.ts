import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { compareTopics, knownTopics, topicOfFile } from './topics.ts';

/** A topic's file in a session folder. */
export interface TopicFile {
  readonly topic: string;
  readonly kind: 'stream' | 'keyframe';
  readonly fileName: string;
  readonly path: string;
  readonly bytes: number;
  readonly modifiedMs: number;
}

const staticTopics = new Set(
  knownTopics.filter((topic) => topic.isStatic === true).map((topic) => topic.name),
);

/**
 * Topic files of a session folder in reading order, one per topic: the stream where there is one, else the final key
 * frame of topics whose content does not change. Throws what reading the folder throws.
 */
export async function listTopicFiles(folder: string): Promise<TopicFile[]> {
  const byTopic = new Map<string, TopicFile>();
  for (const fileName of await readdir(folder)) {
    const name = topicOfFile(fileName);
    if (name === null) continue;
    if (name.kind === 'keyframe' && !staticTopics.has(name.name)) continue;
    const path = join(folder, fileName);
    const stats = await stat(path);
    if (!stats.isFile()) continue;
    const known = byTopic.get(name.name);
    const isBetter = known === undefined || (known.kind === 'keyframe' && name.kind === 'stream');
    if (!isBetter) continue;
    byTopic.set(name.name, {
      topic: name.name,
      kind: name.kind,
      fileName,
      path,
      bytes: stats.size,
      modifiedMs: stats.mtimeMs,
    });
  }
  return [...byTopic.values()].sort((a, b) => compareTopics(a.topic, b.topic));
}
