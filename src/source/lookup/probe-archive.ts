import { F1Error, messageOf } from '../../domain/errors.ts';
import { noLog } from '../../domain/log.ts';
import type { ResolveOptions } from './resolve-options.ts';
import { resolveSession } from './resolve-session.ts';
import type { SessionRef } from '../session-ref.ts';

/** Whether a session can be opened now, and why not. */
export interface ArchiveProbe {
  readonly found: boolean;
  /** Set when found; `resolveSession` gives the same with a look for changes. */
  readonly ref: SessionRef | null;
  /** One sentence for the user: where it is, or why it cannot be opened. */
  readonly reason: string;
}

/**
 * Looks for the configured race (or `spec`) in the cache, `source.archive_dir` and the archive, the network within
 * `source.probe_timeout_ms`. Never throws for what is not there; rejects only when the signal is aborted.
 */
export async function probeArchive(
  options: ResolveOptions & { readonly spec?: string },
): Promise<ArchiveProbe> {
  const timeoutMs = options.config.source.probe_timeout_ms;
  const deadline = AbortSignal.timeout(timeoutMs);
  try {
    const signal = AbortSignal.any([options.signal, deadline]);
    const bounded = await resolveSession(options.spec, {
      ...options,
      log: noLog,
      signal,
      timeoutMs,
      trustCache: true,
    });
    if (bounded.archive === null)
      return { found: true, ref: bounded, reason: `${bounded.title}: ${bounded.location}` };
    const isCached = (await bounded.fingerprint()) !== 'absent';
    if (!isCached) {
      const answer = await bounded.archive.client.readText(`${bounded.archive.path}SessionInfo.jsonStream`, {
        timeoutMs,
      });
      if (answer.outcome !== 'text')
        return {
          found: false,
          ref: null,
          reason: `${bounded.title} is not in the archive at ${bounded.location}`,
        };
    }
    return {
      found: true,
      ref: bounded,
      reason: `${bounded.title}: ${isCached ? 'cached' : bounded.location}`,
    };
  } catch (error) {
    options.signal.throwIfAborted();
    if (deadline.aborted)
      return { found: false, ref: null, reason: `The timing archive did not answer within ${timeoutMs} ms` };
    const hint = error instanceof F1Error && error.hint !== '' ? `. ${error.hint}` : '';
    return { found: false, ref: null, reason: `${messageOf(error)}${hint}` };
  }
}
