import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RawSession } from '../../domain/raw-session.ts';
import { readFolder, type ReadFolderOptions } from '../read-folder.ts';
import { unpackRecording } from './unpack-recording.ts';

/** Largest number of malformed lines a report keeps. */
const maxMalformedKept = 100;

/**
 * Reads a live recording into the same session as a folder of the archive: unpacked to topic streams in a temporary folder,
 * which is read and removed. Errors: those of `unpackRecording` and `readFolder`.
 */
export async function readRecordingFile(path: string, options: ReadFolderOptions): Promise<RawSession> {
  const folder = await mkdtemp(join(tmpdir(), 'slipstream-recording-'));
  try {
    const { signal, onProgress, log } = options;
    const found = await unpackRecording(path, folder, { signal, onProgress });
    const { session } = await readFolder(folder, { ...options, place: path });
    log.info(`${path} is read as ${found.shape}`);
    for (const note of found.notes) log.warn(note);
    const { report } = session;
    return {
      ...session,
      report: {
        ...report,
        topics: [
          {
            topic: 'recording',
            lines: found.lines,
            bytes: 0,
            repaired: 0,
            malformed: found.broken,
            outOfOrder: 0,
          },
          ...report.topics,
        ],
        malformed: [...found.malformed, ...report.malformed].slice(0, maxMalformedKept),
        warnings: [...found.notes, ...report.warnings],
      },
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
