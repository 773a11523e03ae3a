import { clock, clockFacts, isPickerOpen, isSimulated, raceView, showTime, store } from '../app.ts';
import { clockLabel, clockNames, clockProblem } from '../state/clocks.ts';
import { flagLook } from '../state/flags.ts';
import { ChevronIcon } from './icons.tsx';
import { Logo } from './logo.tsx';

/** Top bar: which session, under which flag, at which lap and time, from which broker, over which connection. */
export function SessionHeader() {
  return (
    <header class="header">
      <div class="header-session">
        <Logo />
        <Title />
        {isSimulated.value && (
          <span class="badge simulated" title="A generated race: no driver, lap or value of it is real">
            SIMULATED
          </span>
        )}
      </div>
      <div class="header-facts">
        <Flag />
        <LapCount />
        <Clock />
      </div>
      <div class="header-status">
        <Silence />
        <Broker />
        <ConnectionState />
      </div>
    </header>
  );
}

function Title() {
  const { session } = raceView.value;
  const replay = store.replay.value;
  const event =
    session === null
      ? replay?.title || replay?.source || 'No session'
      : [session.year, session.event].filter(Boolean).join(' ');
  const detail =
    session === null
      ? 'Choose a session'
      : [session.session, session.circuit || session.country].filter(Boolean).join(' · ');
  return (
    <button
      type="button"
      class="title"
      onClick={() => (isPickerOpen.value = true)}
      aria-haspopup="dialog"
      title="Open another session"
    >
      <span class="title-event">{event}</span>
      <span class="title-detail">{detail}</span>
      <ChevronIcon />
    </button>
  );
}

function Flag() {
  const { phases, sessionStatus } = raceView.value;
  const { label, tone } = flagLook(phases.at(-1)?.status ?? null, sessionStatus);
  return (
    <span class={`flag flag-${tone}`} data-testid="flag" role="status">
      {label}
    </span>
  );
}

function LapCount() {
  const { currentLap, totalLaps } = raceView.value;
  const replay = store.replay.value;
  const lap = currentLap ?? replay?.lap_number ?? null;
  const total = totalLaps ?? replay?.total_laps ?? null;
  return (
    <span class="fact" data-testid="lap">
      <span class="fact-name">Lap</span>
      <span class="fact-value">
        {lap ?? '–'}
        {total !== null && <span class="fact-of">/{total}</span>}
      </span>
    </span>
  );
}

function Clock() {
  return (
    <span class="fact clock">
      <label class="fact-name">
        <span class="visually-hidden">Clock</span>
        <select
          class="quiet-select"
          value={clock.value}
          onChange={(event) =>
            (clock.value = clockNames.find((name) => name === event.currentTarget.value) ?? 'session')
          }
          data-testid="clock-choice"
        >
          {clockNames.map((name) => {
            const problem = clockProblem(name, clockFacts.value);
            return (
              <option key={name} value={name} disabled={problem !== null} title={problem ?? ''}>
                {clockLabel(name, clockFacts.value)}
              </option>
            );
          })}
        </select>
      </label>
      <span class="fact-value clock-value" data-testid="clock">
        {showTime(store.headS.value, 1)}
      </span>
    </span>
  );
}

function Silence() {
  const silentS = store.silentS.value;
  return silentS === null ? null : (
    <span class="chip chip-warn" data-testid="silence" role="status">
      no data for {silentS} s
    </span>
  );
}

function Broker() {
  const broker = store.hello.value?.broker;
  if (broker === undefined || broker.kind === '') return null;
  const isEmbedded = broker.kind === 'embedded';
  const text = isEmbedded ? 'embedded: trial broker, in memory' : broker.address || broker.kind;
  const note =
    'Records live in this process and are gone when it ends; use Apache Kafka for more than a trial';
  return (
    <span class="chip broker" data-testid="broker" title={isEmbedded ? note : text}>
      {text}
    </span>
  );
}

function ConnectionState() {
  const { phase } = store.connection.value;
  const health = store.health.value;
  const isDegraded = phase === 'open' && health !== null && health.status !== 'ok' && health.status !== '';
  const text =
    phase === 'open'
      ? isDegraded
        ? `degraded: ${health.reasons.join('; ') || health.status}`
        : 'connected'
      : phase === 'connecting'
        ? 'connecting'
        : 'reconnecting';
  const tone = phase === 'open' ? (isDegraded ? 'warn' : 'good') : 'bad';
  return (
    <span class={`chip chip-${tone}`} data-testid="connection" role="status">
      <i class="dot" />
      {text}
    </span>
  );
}
