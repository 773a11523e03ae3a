import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { F1Error, messageOf } from '../../domain/errors.ts';
import { identityFromFolder } from '../identity/identity.ts';
import { cacheKeyOf, shortHash, type SessionRef } from '../session-ref.ts';
import { listTopicFiles } from '../topics/topic-files.ts';

/** True when the path is a folder. */
export async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}

/** True when the path is a file. */
export async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

async function hasTopics(folder: string): Promise<boolean> {
  return (await listTopicFiles(folder)).length > 0;
}

/** Short name of a folder for people: its own, with the one around it where that says more. */
function titleOf(folder: string): string {
  const identity = identityFromFolder(folder);
  if (identity !== null && identity.event !== '')
    return `${identity.year ?? ''} ${identity.event}, ${identity.session}`.trim();
  return basename(folder).toLowerCase() === 'raw' ? basename(dirname(folder)) : basename(folder);
}

/** Fingerprint of a folder's topic files: names, sizes and times. */
export async function fingerprintOfFolder(folder: string): Promise<string> {
  const files = await listTopicFiles(folder);
  return shortHash(
    files
      .map(({ fileName, bytes, modifiedMs }) => `${fileName}:${bytes}:${Math.round(modifiedMs)}`)
      .join('\n'),
  );
}

/** The folder that holds the topic files: the one given, or its only sub-folder that does. */
async function sessionFolder(folder: string): Promise<string> {
  if (await hasTopics(folder)) return folder;
  const inside: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true }))
    if (entry.isDirectory() && (await hasTopics(join(folder, entry.name)))) inside.push(entry.name);
  if (inside.length === 1) return join(folder, inside[0]!);
  if (inside.length > 1) {
    throw new F1Error(
      'F1_SOURCE_NOT_FOUND',
      `Cannot choose a session in ${folder} as it holds ${inside.length}: ${inside.join(', ')}`,
      {
        hint: 'Name one of them',
        exitCode: 2,
      },
    );
  }
  throw new F1Error(
    'F1_SOURCE_EMPTY',
    `Cannot open ${folder} as it holds no topic file of the timing archive`,
    {
      hint: 'A session folder holds files like TimingData.jsonStream or CarData.z.jsonStream',
      exitCode: 2,
    },
  );
}

/** Reference to a session folder. `path` may be relative, end with a slash or be a `file:` URL. */
export async function folderRef(spec: string, path: string): Promise<SessionRef> {
  const given = resolve(path.startsWith('file:') ? fileURLToPath(path) : path);
  let folder: string;
  try {
    folder = await sessionFolder(given);
  } catch (error) {
    if (error instanceof F1Error) throw error;
    throw new F1Error('F1_SOURCE_NOT_FOUND', `Cannot read the folder ${given}: ${messageOf(error)}`, {
      hint: 'Check that it exists and may be read',
      exitCode: 2,
      cause: error,
    });
  }
  return {
    kind: 'folder',
    spec,
    title: titleOf(folder),
    cacheKey: cacheKeyOf(titleOf(folder), folder),
    location: folder,
    archivePath: identityFromFolder(folder)?.path ?? null,
    fingerprint: () => fingerprintOfFolder(folder),
    archive: null,
  };
}
