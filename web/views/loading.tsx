import type { ReplayState } from '../../src/domain/messages.ts';
import { formatBytes, formatTimeLeft } from '../state/quantities.ts';

/** Progress of opening a session: stage, file, size and time left. */
export function Loading({ replay }: { readonly replay: ReplayState }) {
  const { loading } = replay;
  const total = loading?.total_bytes ?? null;
  const share = loading === null || total === null || total === 0 ? null : Math.min(1, loading.bytes / total);
  return (
    <div class="empty loading" data-testid="loading" role="status">
      <strong>Opening {replay.title || replay.source}</strong>
      <p>
        {loading?.stage ?? replay.reason ?? 'Starting'}
        {loading?.file != null && (
          <>
            {' '}
            · <code>{loading.file}</code>
          </>
        )}
      </p>
      <progress class="progress" {...(share === null ? {} : { value: share, max: 1 })} />
      <p class="loading-facts">
        <span>
          {loading === null
            ? ''
            : `${formatBytes(loading.bytes)}${total === null ? '' : ` of ${formatBytes(total)}`}`}
        </span>
        <span>{loading?.eta_s == null ? '' : `${formatTimeLeft(loading.eta_s)} left`}</span>
      </p>
    </div>
  );
}
