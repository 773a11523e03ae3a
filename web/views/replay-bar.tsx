import { useSignal } from '@preact/signals';
import {
  clock,
  clockFacts,
  commandProblem,
  pending,
  raceView,
  sendCommand,
  showTime,
  store,
} from '../app.ts';
import { clockLabel } from '../state/clocks.ts';
import { formatSpeed } from '../state/quantities.ts';
import { LoopIcon, PauseIcon, PeopleIcon, PlayIcon, RestartIcon, StepIcon } from './icons.tsx';
import { SeekBar } from './seek-bar.tsx';

const speeds = [0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 0];

/** What a command has done, in a word or two. */
const done: Readonly<Record<string, string>> = {
  pause: 'paused',
  resume: 'resumed',
  step: 'stepped',
  seek: 'moved',
  speed: 'speed set',
  restart: 'restarted',
  load: 'session opened',
  drivers: 'drivers chosen',
  loop: 'loop set',
  stop: 'stopped',
};

/** Controls of the one shared replay. What they show is what the replay reports, never what was asked for. */
export function ReplayBar() {
  const replay = store.replay.value;
  const canSteer =
    replay !== null &&
    replay.status !== 'loading' &&
    replay.status !== 'failed' &&
    store.connection.value.phase === 'open';
  const isRunning = replay?.status === 'playing' || replay?.status === 'holding';
  const status = replay?.status ?? 'none';
  return (
    <section class="panel replay" aria-label="Replay">
      <div class="replay-buttons">
        <button
          type="button"
          class="icon-button"
          disabled={!canSteer}
          onClick={() => void sendCommand('restart')}
          aria-label="Restart"
          title="Restart from the beginning"
        >
          <RestartIcon />
        </button>
        <button
          type="button"
          class={`play ${pending.value?.command === 'pause' || pending.value?.command === 'resume' ? 'is-pending' : ''}`}
          disabled={!canSteer}
          onClick={() => togglePlay()}
          aria-label={isRunning ? 'Pause' : 'Play'}
          data-testid="play"
          data-status={status}
          title="Space"
        >
          {isRunning ? <PauseIcon /> : <PlayIcon />}
        </button>
        <button
          type="button"
          class="icon-button"
          disabled={!canSteer || isRunning}
          onClick={() => void sendCommand('step', 20)}
          aria-label="Step"
          title="Next 20 rows (while paused)"
        >
          <StepIcon />
        </button>
        <button
          type="button"
          class="icon-button"
          aria-pressed={replay?.loop === true}
          disabled={!canSteer}
          onClick={() => void sendCommand('loop', replay?.loop !== true)}
          aria-label="Loop"
          title="Begin again at the end"
        >
          <LoopIcon />
        </button>
        <SpeedChoice isEnabled={canSteer} />
        <GoTo isEnabled={canSteer} />
      </div>
      <div class="replay-line">
        <SeekBar />
        <div class="replay-facts">
          <ReplayTime />
          <StatusText />
          <Shared />
          <span class="replay-end">{showTime(replay?.end ?? null)}</span>
        </div>
      </div>
    </section>
  );
}

function ReplayTime() {
  return (
    <span class="replay-time" data-testid="replay-time">
      {showTime(store.headS.value)} <i>{clockLabel(clock.value, clockFacts.value)}</i>
    </span>
  );
}

function SpeedChoice({ isEnabled }: { readonly isEnabled: boolean }) {
  const speed = store.replay.value?.speed ?? 1;
  const choices = speeds.includes(speed)
    ? speeds
    : [...speeds.slice(0, -1), speed].sort((a, b) => a - b).concat(0);
  return (
    <label
      class={`speed ${pending.value?.command === 'speed' ? 'is-pending' : ''}`}
      title="Replay speed (arrow up and down)"
    >
      <span class="visually-hidden">Speed</span>
      <select
        value={String(speed)}
        disabled={!isEnabled}
        data-testid="speed"
        onChange={(event) => {
          const wanted = Number(event.currentTarget.value);
          // The list goes on showing what is so until the replay reports the change.
          event.currentTarget.value = String(speed);
          void sendCommand('speed', wanted === 0 ? 'max' : wanted);
        }}
      >
        {choices.map((choice) => (
          <option key={choice} value={String(choice)}>
            {formatSpeed(choice)}
          </option>
        ))}
      </select>
    </label>
  );
}

function GoTo({ isEnabled }: { readonly isEnabled: boolean }) {
  const text = useSignal('');
  const replay = store.replay.value;
  return (
    <form
      class="goto"
      onSubmit={(event) => {
        event.preventDefault();
        const lap = Number.parseInt(text.value, 10);
        if (lap >= 1) void sendCommand('seek', { lap });
        text.value = '';
        // Hands the keyboard back to the replay.
        if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
      }}
    >
      <button
        type="button"
        class="link"
        disabled={!isEnabled || replay?.lights_out == null}
        onClick={() => void sendCommand('seek', 'lights out')}
        title="Go to the start"
      >
        {/race|sprint$/i.test(raceView.value.session?.session ?? 'race') ? 'Lights out' : 'Session start'}
      </button>
      <input
        type="text"
        inputMode="numeric"
        placeholder="lap"
        aria-label="Go to lap"
        disabled={!isEnabled}
        value={text.value}
        onInput={(event) => (text.value = event.currentTarget.value.replace(/\D/g, ''))}
      />
    </form>
  );
}

function StatusText() {
  const problem = commandProblem.value;
  if (problem !== null) {
    return (
      <span class="replay-status replay-problem" role="alert" data-testid="command-problem">
        {problem.error}
        {problem.hint !== '' && ` – ${problem.hint}`} <code>{problem.code}</code>
        <button type="button" class="link" onClick={() => (commandProblem.value = null)}>
          Dismiss
        </button>
      </span>
    );
  }
  const replay = store.replay.value;
  if (replay === null) return <span class="replay-status">no replay</span>;
  const waiting = pending.value === null ? '' : ` · ${pending.value.command} …`;
  const dropped = replay.rows_dropped > 0 ? ` · ${replay.rows_dropped} rows dropped` : '';
  const why = replay.reason === null ? '' : `: ${replay.reason}`;
  return (
    <span class={`replay-status status-${replay.status}`} data-testid="replay-status">
      {replay.status}
      {why}
      {dropped}
      {waiting}
    </span>
  );
}

/** One replay for all: says so when others watch, and who changed what last. */
function Shared() {
  const viewers = store.health.value?.viewers ?? 1;
  const { changed_by: by = null, last_command: command = null } = store.replay.value ?? {};
  if (viewers <= 1 && by === null) return null;
  return (
    <span class="shared" data-testid="shared">
      {viewers > 1 && (
        <>
          <PeopleIcon /> shared replay, {viewers} viewers
        </>
      )}
      {viewers > 1 && by !== null && ' · '}
      {by !== null && `${(command !== null && done[command]) || 'changed'} by ${by}`}
    </span>
  );
}

/** Pauses what runs, starts what does not. */
export function togglePlay(): void {
  const status = store.replay.peek()?.status;
  if (status === undefined || status === 'loading' || status === 'failed') return;
  void sendCommand(
    status === 'playing' || status === 'holding' ? 'pause' : status === 'ended' ? 'restart' : 'resume',
  );
}

/** Next higher or lower speed of the list. */
export function changeSpeed(direction: 1 | -1): void {
  const now = store.replay.peek()?.speed;
  if (now === undefined) return;
  const at = speeds.indexOf(now);
  const nearest = at >= 0 ? at : speeds.findIndex((speed) => speed > now);
  const next = speeds[nearest + direction];
  if (next !== undefined) void sendCommand('speed', next === 0 ? 'max' : next);
}

/** Seeks relative to what is shown [s]. */
export function seekBy(deltaS: number): void {
  const replay = store.replay.peek();
  // Right after a seek the state may still be the one before it: its place is not the one shown.
  const isCurrent = replay?.segment === store.identity.peek()?.segment;
  const headS = store.headS.peek() ?? (isCurrent ? (replay?.session_time ?? null) : null);
  if (headS === null || replay === null || replay.start === null || replay.end === null) return;
  void sendCommand(
    'seek',
    Math.round(Math.min(replay.end, Math.max(replay.start, headS + deltaS)) * 1000) / 1000,
  );
}
