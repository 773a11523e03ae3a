/** The four clocks a time can be shown in. */
export const clockNames = ['session', 'track', 'local', 'utc'] as const;
export type ClockName = (typeof clockNames)[number];

/** What is needed to turn session time into another clock. */
export interface ClockFacts {
  /** UTC of session time zero, epoch ms; null when the session has none. */
  readonly t0Ms: number | null;
  /** Offset of track time from UTC [min]; null when unknown. */
  readonly gmtOffsetMinutes: number | null;
}

/** Name of a clock as it stands beside a stamp: 'session', 'track UTC+02:00', 'my time Europe/Berlin', 'UTC'. */
export function clockLabel(clock: ClockName, facts: ClockFacts): string {
  if (clock === 'session') return 'session';
  if (clock === 'utc') return 'UTC';
  if (clock === 'local') return `my time ${Intl.DateTimeFormat().resolvedOptions().timeZone}`;
  return facts.gmtOffsetMinutes === null ? 'track' : `track UTC${formatOffset(facts.gmtOffsetMinutes)}`;
}

/** Why a clock cannot be shown, or null when it can. */
export function clockProblem(clock: ClockName, facts: ClockFacts): string | null {
  if (clock === 'session') return null;
  if (facts.t0Ms === null) return 'this session has no UTC time';
  if (clock === 'track' && facts.gmtOffsetMinutes === null) return 'the offset of track time is not known';
  return null;
}

/** A session time in the given clock, `decimals` places on the second; session time where that clock is not known. */
export function formatClock(clock: ClockName, sessionS: number, facts: ClockFacts, decimals = 0): string {
  if (!Number.isFinite(sessionS)) return '-:--:--';
  if (clockProblem(clock, facts) !== null || clock === 'session') return formatDuration(sessionS, decimals);
  const epochMs = facts.t0Ms! + sessionS * 1000;
  const offsetMinutes =
    clock === 'utc'
      ? 0
      : clock === 'track'
        ? facts.gmtOffsetMinutes!
        : -new Date(epochMs).getTimezoneOffset();
  const dayS = (((epochMs / 1000 + offsetMinutes * 60) % 86_400) + 86_400) % 86_400;
  return formatTimeOfDay(dayS, decimals);
}

/** Seconds as H:MM:SS with `decimals` places, signed. */
export function formatDuration(seconds: number, decimals = 0): string {
  const scale = 10 ** decimals;
  const units = Math.floor(Math.abs(seconds) * scale + 1e-6);
  const whole = Math.floor(units / scale);
  const sign = seconds < 0 && units > 0 ? '−' : '';
  const fraction = decimals === 0 ? '' : `.${String(units % scale).padStart(decimals, '0')}`;
  return `${sign}${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}${fraction}`;
}

/** A lap time: M:SS.mmm, or '–' when unknown. */
export function formatLapTime(seconds: number | null | undefined): string {
  if (typeof seconds !== 'number' || !Number.isFinite(seconds) || seconds < 0) return '–';
  const ms = Math.round(seconds * 1000);
  return `${Math.floor(ms / 60_000)}:${two(Math.floor(ms / 1000) % 60)}.${String(ms % 1000).padStart(3, '0')}`;
}

function formatTimeOfDay(dayS: number, decimals: number): string {
  const text = formatDuration(dayS, decimals);
  return text.indexOf(':') === 1 ? `0${text}` : text;
}

function formatOffset(minutes: number): string {
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '−' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
