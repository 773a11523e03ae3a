import { isPickerOpen, raceView, selectDefault, selected, sendCommand, showTime, store } from '../app.ts';
import { explainEmpty } from '../state/empty-reason.ts';
import type { EmptyFacts } from '../state/empty-reason.ts';

export interface EmptyProps {
  readonly what: string;
  readonly topics: readonly string[];
  readonly usesDrivers?: boolean;
  readonly hidden?: number;
  readonly onClearFilter?: () => void;
}

const actionLabels = {
  start: 'Start the replay',
  'choose-session': 'Choose a session',
  'clear-filter': 'Clear the filter',
  'select-default': 'Select leader and favourites',
} as const;

/** A view without content says which of the possible reasons it is, and offers the way out where there is one. */
export function Empty({ what, topics, usesDrivers = false, hidden = 0, onClearFilter }: EmptyProps) {
  const replay = store.replay.value;
  const firstS = replay?.lights_out ?? replay?.start ?? null;
  const isAhead = firstS !== null && replay?.session_time != null && replay.session_time < firstS;
  const facts: EmptyFacts = {
    connection: store.connection.value,
    replay,
    hasSnapshot: store.hasSnapshot.value,
    what,
    topics,
    coverage: raceView.value.coverage,
    selected: usesDrivers ? selected.value : null,
    drivers: raceView.value.drivers,
    hidden,
    firstAt: isAhead ? showTime(firstS) : null,
  };
  const { kind, title, text, action } = explainEmpty(facts);
  function act(): void {
    if (action === 'start') void sendCommand('resume');
    else if (action === 'choose-session') isPickerOpen.value = true;
    else if (action === 'clear-filter') onClearFilter?.();
    else selectDefault();
  }
  return (
    <div class={`empty empty-${kind}`} data-testid="empty" data-kind={kind} role="status">
      <strong>{title}</strong>
      <p>{text}</p>
      {action !== null && (
        <button type="button" class="button" onClick={act}>
          {actionLabels[action]}
        </button>
      )}
    </div>
  );
}
