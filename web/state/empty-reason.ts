import type { ReplayState } from '../../src/domain/messages.ts';
import type { Connection } from './socket.ts';

/** Why a view has nothing to show: the kind decides the icon, the text says it, the action offers a way out. */
export interface EmptyReason {
  readonly kind:
    | 'connecting'
    | 'loading'
    | 'no-replay'
    | 'not-selected'
    | 'not-in-session'
    | 'not-yet'
    | 'filtered-out'
    | 'incomplete'
    | 'error';
  readonly title: string;
  readonly text: string;
  readonly action: 'start' | 'choose-session' | 'clear-filter' | 'select-default' | null;
}

export interface EmptyFacts {
  readonly connection: Connection;
  readonly replay: ReplayState | null;
  readonly hasSnapshot: boolean;
  /** What the view shows, in a sentence: 'Alerts'. */
  readonly what: string;
  /** Topics the view needs, as `coverage` events name them. */
  readonly topics: readonly string[];
  readonly coverage: readonly { readonly topic: string; readonly reason: string }[];
  /** Drivers chosen by hand or by default; null where the view does not depend on drivers. */
  readonly selected: readonly string[] | null;
  /** Drivers of the session, and those that have telemetry. */
  readonly drivers: readonly { readonly code: string; readonly hasTelemetry: boolean }[];
  /** Items hidden by a filter. */
  readonly hidden: number;
  /** When the first is to be expected, as text; null when unknown. */
  readonly firstAt: string | null;
}

/** The reason why a view is empty, the most basic one first: no connection before no replay before no data. */
export function explainEmpty(facts: EmptyFacts): EmptyReason {
  const { connection, replay, what } = facts;
  if (connection.phase !== 'open' && !facts.hasSnapshot) {
    if (connection.problem === null) {
      return reason('connecting', 'Connecting', 'The page is opening its connection to the bridge.');
    }
    return reason(
      'error',
      'No connection',
      `${connection.problem.url}: ${connection.problem.reason}. ${connection.problem.hint}.`,
    );
  }
  if (replay === null) {
    return reason(
      'no-replay',
      'No replay running',
      `${what} appear as soon as a session is replayed.`,
      'choose-session',
    );
  }
  if (replay.status === 'failed') {
    return reason('error', 'The replay failed', replay.reason ?? 'No reason was given', 'choose-session');
  }
  if (replay.status === 'loading')
    return reason('loading', 'Loading', `${replay.title || replay.source} is being read.`);
  const missing = facts.coverage.find(({ topic }) => facts.topics.includes(topic));
  if (missing !== undefined) {
    return reason('incomplete', `${missing.topic} is missing`, missing.reason);
  }
  if (facts.hidden > 0) {
    return reason('filtered-out', 'Filtered out', `${facts.hidden} hidden by the filter.`, 'clear-filter');
  }
  if (facts.selected !== null) {
    if (facts.drivers.length > 0 && !facts.drivers.some(({ hasTelemetry }) => hasTelemetry)) {
      return reason('incomplete', 'No telemetry', 'The archive has no car or position data of this session.');
    }
    if (facts.selected.length === 0) {
      return reason(
        'not-selected',
        'No driver selected',
        'Choose drivers in the list to see their traces.',
        'select-default',
      );
    }
    const present = facts.drivers.filter(({ code }) => facts.selected!.includes(code));
    if (facts.drivers.length > 0 && present.length === 0) {
      const codes = facts.selected.join(', ');
      return reason(
        'not-in-session',
        'Not in this session',
        `${codes} did not take part in ${replay.title || 'it'}.`,
        'select-default',
      );
    }
    if (present.length > 0 && present.every(({ hasTelemetry }) => !hasTelemetry)) {
      const codes = present.map(({ code }) => code).join(', ');
      return reason(
        'incomplete',
        'No telemetry',
        `The archive has no car data of ${codes}.`,
        'select-default',
      );
    }
    if (replay.drivers.length > 0 && !facts.selected.some((code) => replay.drivers.includes(code))) {
      return reason(
        'filtered-out',
        'Not replayed',
        `Only ${replay.drivers.join(', ')} are replayed.`,
        'select-default',
      );
    }
  }
  if (replay.status === 'stopped') {
    return reason(
      'no-replay',
      'The replay is stopped',
      'It keeps its place and goes on from there.',
      'start',
    );
  }
  if (!facts.hasSnapshot) return reason('loading', 'Loading', 'The state of the session is on its way.');
  const when = facts.firstAt === null ? '' : ` Expected at ${facts.firstAt}.`;
  const paused = replay.status === 'paused' ? ' The replay is paused.' : '';
  return reason(
    'not-yet',
    'Nothing yet',
    `No ${what.toLowerCase()} so far.${when}${paused}`,
    replay.status === 'paused' ? 'start' : null,
  );
}

function reason(
  kind: EmptyReason['kind'],
  title: string,
  text: string,
  action: EmptyReason['action'] = null,
): EmptyReason {
  return { kind, title, text, action };
}
