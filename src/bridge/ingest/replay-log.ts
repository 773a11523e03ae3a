import type { ReplayState } from '../../domain/messages.ts';

/** Something that happened to the replay while the bridge looked: a seek, a pause, a change of speed, the end. */
export interface ReplayEvent {
  readonly kind: 'session' | 'seek' | 'pause' | 'speed' | 'end';
  /** Epoch ms. */
  readonly atMs: number;
  /** Epoch ms of its end; null for a moment and for what still lasts. */
  readonly endMs: number | null;
  /** True for a pause that still lasts. */
  readonly isOpen: boolean;
  readonly text: string;
}

/** The newest events of the replay; they outlive segments, so that a seek can be shown beside what it cut. */
export interface ReplayLog {
  readonly events: readonly ReplayEvent[];
  /** Since when the replay has its status, epoch ms; NaN before the first state. */
  readonly sinceMs: number;
  /** Takes a `state` record in order, published at `atMs`. O(1). */
  note(state: ReplayState, atMs: number): void;
  clear(): void;
}

const maxEvents = 500;

/** A log without events. */
export function createReplayLog(): ReplayLog {
  const events: ReplayEvent[] = [];
  let last: ReplayState | null = null;
  let sinceMs = Number.NaN;

  const push = (kind: ReplayEvent['kind'], atMs: number, text: string, isOpen = false): void => {
    events.push({ kind, atMs, endMs: null, isOpen, text });
    if (events.length > maxEvents) events.shift();
  };

  return {
    events,
    get sinceMs() {
      return sinceMs;
    },
    note(state, atMs) {
      const before = last;
      last = state;
      if (before === null || before.status !== state.status || before.run !== state.run) sinceMs = atMs;
      if (before === null) return;
      const by = state.changed_by === null ? '' : ` by ${state.changed_by}`;
      if (before.run !== state.run) push('session', atMs, `${state.title} begins`);
      else if (before.segment !== state.segment) {
        push('seek', atMs, `From ${placeOf(before)} to ${placeOf(state)}${by}`);
      } else if (before.speed !== state.speed) {
        push('speed', atMs, `Speed ${speedText(state.speed)}${by}`);
      }
      const isPaused = state.status === 'paused';
      if (isPaused && before.status !== 'paused')
        push('pause', atMs, `Paused at ${placeOf(state)}${by}`, true);
      if (!isPaused && before.status === 'paused') closePause(events, atMs);
      if (state.status === 'ended' && before.status !== 'ended') push('end', atMs, `${state.title} ends`);
    },
    clear() {
      events.length = 0;
      last = null;
      sinceMs = Number.NaN;
    },
  };
}

function closePause(events: ReplayEvent[], atMs: number): void {
  const at = events.findLastIndex(({ kind, isOpen }) => kind === 'pause' && isOpen);
  if (at >= 0) events[at] = { ...events[at]!, endMs: atMs, isOpen: false };
}

/** Where a replay is, for people: `lap 31`, or its session time. */
export function placeOf({ lap_number: lap, session_time: seconds }: ReplayState): string {
  if (lap !== null && lap > 0) return `lap ${lap}`;
  if (seconds === null) return 'its start';
  const whole = Math.floor(seconds);
  const pad = (value: number): string => String(value).padStart(2, '0');
  return `${Math.floor(whole / 3600)}:${pad(Math.floor(whole / 60) % 60)}:${pad(whole % 60)}`;
}

/** `×2`, or `max` where nothing is paced. */
export function speedText(speed: number): string {
  return speed === 0 ? 'max' : `×${speed}`;
}
