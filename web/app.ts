import { computed, effect, signal } from '@preact/signals';
import type { ReplayCommandName } from '../src/domain/messages.ts';
import { TraceBoard } from './charts/trace-board.ts';
import type { TracedDriver } from './charts/trace-board.ts';
import { addressesFor } from './state/addresses.ts';
import { postCommand } from './state/api.ts';
import type { ApiProblem } from './state/api.ts';
import { clockNames, formatClock } from './state/clocks.ts';
import type { ClockFacts, ClockName } from './state/clocks.ts';
import { teamColours, traceStyles, unknownColour } from './state/colours.ts';
import { flagBands } from './state/flags.ts';
import { PageStore } from './state/page-store.ts';
import { createPreferences, isTextList } from './state/preferences.ts';
import { viewOfRace } from './state/race-view.ts';
import { defaultDrivers } from './state/selection.ts';

/** The parts of the page that live outside of components: one of each. */
export const addresses = addressesFor(location.href);
export const preferences = createPreferences(() => localStorage);
export const store = new PageStore();

const isWindow = (value: unknown): value is number => windows.some((seconds) => seconds === value);
const isClock = (value: unknown): value is ClockName => clockNames.some((name) => name === value);

/** Widths of the trace window [s]. */
export const windows = [10, 30, 60, 120, 300] as const;
export const windowS = signal<number>(preferences.read('window', isWindow, 60));
export const clock = signal<ClockName>(preferences.read('clock', isClock, 'session'));
export const favourites = signal<readonly string[]>(preferences.read('favourites', isTextList, []));
/** Drivers chosen by hand; null = by default. */
export const chosen = signal<readonly string[] | null>(null);
/** Session time under the cursor [s]; null when it is elsewhere. */
export const cursorS = signal<number | null>(null);
/** Error of the drawing loop, shown in place of the charts. */
export const drawError = signal<Error | null>(null);
export const isPickerOpen = signal(false);

/** A command under way: the page waits for the replay's own report before it shows anything as done. */
export interface PendingCommand {
  readonly command: ReplayCommandName;
  readonly id: string | null;
  readonly sinceMs: number;
}
export const pending = signal<PendingCommand | null>(null);
export const commandProblem = signal<ApiProblem | null>(null);
/** The last command could not be sent for want of a token; it is sent again once one is given. */
export const wantsToken = signal<{ readonly command: ReplayCommandName; readonly value: unknown } | null>(
  null,
);
let token: string | null = null;

export const raceView = computed(() => viewOfRace(store.race.value.state));
/** Team colour by driver code. */
export const colours = computed(() => teamColours(raceView.value.drivers));
/** Drivers shown while none were chosen by hand: settled once a run, so that no trace changes hands with the lead. */
const automatic = signal<readonly string[]>([]);
let automaticRun = '';
export const selected = computed<readonly string[]>(() => chosen.value ?? automatic.value);
effect(() => {
  const { drivers } = raceView.value;
  const run = store.identity.value?.run ?? '';
  if (drivers.length === 0) return;
  if (run === automaticRun && drivers.some(({ code }) => automatic.peek().includes(code))) return;
  automaticRun = run;
  automatic.value = defaultDrivers(drivers, favourites.peek());
});

/** Shows favourites or the usual drivers again. */
export function selectDefault(): void {
  chosen.value = null;
  automatic.value = defaultDrivers(raceView.peek().drivers, favourites.peek());
}

export const clockFacts = computed<ClockFacts>(() => {
  const { session } = raceView.value;
  const t0Ms = typeof session?.t0 === 'string' ? Date.parse(session.t0) : Number.NaN;
  return { t0Ms: Number.isNaN(t0Ms) ? null : t0Ms, gmtOffsetMinutes: session?.gmt_offset_minutes ?? null };
});
/** What the session says counts, then the replay; the greeting is only as new as the connection. */
export const isSimulated = computed(
  () =>
    raceView.value.session?.simulated ??
    store.replay.value?.simulated ??
    store.hello.value?.simulated ??
    false,
);
/** Line styles of the selected drivers. */
export const styles = computed(() => traceStyles(selected.value, colours.value));
const tracedDrivers = computed<readonly TracedDriver[]>(() =>
  [...styles.value].map(([code, style]) => ({ code, ...style })),
);

/** Team colour of a driver as CSS colour. */
export function colourOf(code: string): string {
  return colours.value.get(code) ?? unknownColour;
}

const lapLines = computed(() => {
  const laps = raceView.value.laps.get(selected.value[0] ?? '') ?? [];
  return laps.map(({ lap, startS }) => ({ atS: startS, label: `L${lap}` }));
});
const bands = computed(() => flagBands(raceView.value.phases));

/** Session time as text in the chosen clock. */
export function showTime(sessionS: number | null, decimals = 0): string {
  return sessionS === null ? '-:--:--' : formatClock(clock.value, sessionS, clockFacts.value, decimals);
}

export const board = new TraceBoard({
  store: store.telemetry,
  drivers: () => tracedDrivers.peek(),
  windowS: () => windowS.peek(),
  headS: (nowMs) => store.playhead.read(store.telemetry.newestS, nowMs),
  tickOffsetS: () => {
    const { t0Ms, gmtOffsetMinutes } = clockFacts.peek();
    if (clock.peek() === 'session' || t0Ms === null) return 0;
    return (t0Ms / 1000 + (clock.peek() === 'track' ? (gmtOffsetMinutes ?? 0) * 60 : 0)) % 3600;
  },
  formatTick: (sessionS) =>
    formatClock(clock.peek(), sessionS, clockFacts.peek(), windowS.peek() <= 2 ? 1 : 0),
  laps: () => lapLines.peek(),
  bands: () => bands.peek(),
  onCursor: (sessionS) => {
    cursorS.value = sessionS;
  },
});

// What changes the picture without new data.
effect(() => {
  void [tracedDrivers.value, windowS.value, clock.value, lapLines.value, bands.value, clockFacts.value];
  board.invalidate();
});
effect(() => {
  const { session } = raceView.value;
  document.title = session === null ? 'Slipstream' : `${session.event} · ${session.session} · Slipstream`;
});
effect(() => preferences.write('window', windowS.value));
effect(() => preferences.write('clock', clock.value));
effect(() => preferences.write('favourites', favourites.value));
// A command is done when the replay says so.
effect(() => {
  const replay = store.replay.value;
  const waiting = pending.peek();
  if (waiting?.id != null && replay?.last_command_id === waiting.id) pending.value = null;
});

/** Sends a command to the shared replay; what it does is shown when the replay reports it. */
export async function sendCommand(command: ReplayCommandName, value?: unknown): Promise<void> {
  commandProblem.value = null;
  const sinceMs = performance.now();
  pending.value = { command, id: null, sinceMs };
  const { commandId, problem } = await postCommand(addresses, command, value, token);
  if (problem !== null) {
    pending.value = null;
    if (problem.status === 401) wantsToken.value = { command, value };
    commandProblem.value = problem;
    return;
  }
  if (store.replay.peek()?.last_command_id === commandId) pending.value = null;
  else if (pending.peek()?.sinceMs === sinceMs) pending.value = { command, id: commandId, sinceMs };
}

/** Says so when the replay does not answer a command within 5 s. Called once a frame. */
export function checkPending(nowMs: number): void {
  const waiting = pending.peek();
  if (waiting === null || nowMs - waiting.sinceMs < 5_000) return;
  pending.value = null;
  commandProblem.value = {
    error: `The replay did not answer "${waiting.command}" within 5 s`,
    code: 'NO_ANSWER',
    hint: 'Is a replay running?',
    status: 0,
  };
}

/** Takes the control token for as long as the page is open and sends the refused command again. */
export function giveToken(text: string): void {
  token = text;
  const again = wantsToken.peek();
  wantsToken.value = null;
  if (again !== null) void sendCommand(again.command, again.value);
}

/** Shows or hides one driver's traces. */
export function toggleDriver(code: string): void {
  const now = selected.peek();
  chosen.value = now.includes(code) ? now.filter((other) => other !== code) : [...now, code];
}

export function toggleFavourite(code: string): void {
  const now = favourites.peek();
  favourites.value = now.includes(code) ? now.filter((other) => other !== code) : [...now, code];
}
