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
        <span class="loading-stage">{loading?.stage ?? replay.reason ?? 'starting'}</span>
        {loading?.file != null && (
          <>
            {' '}
            · <code>{loading.file}</code>
          </>
        )}
      </p>
      <progress class="progress" {...(share === null ? {} : { value: share, max: 1 })} />
      <p class="loading-facts">
        <span>{sizeText(loading)}</span>
        <span>{loading?.eta_s == null ? '' : `${formatTimeLeft(loading.eta_s)} left`}</span>
      </p>
    </div>
  );
}

function sizeText(loading: ReplayState['loading']): string {
  if (loading === null || (loading.bytes === 0 && loading.total_bytes === null)) return '';
  const done = formatBytes(loading.bytes);
  return loading.total_bytes === null ? done : `${done} of ${formatBytes(loading.total_bytes)}`;
}
