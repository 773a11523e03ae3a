import type { FlagPhase } from './race-view.ts';

export interface FlagLook {
  readonly label: string;
  /** Suffix of the CSS class. */
  readonly tone: 'clear' | 'yellow' | 'safety' | 'red' | 'vsc' | 'unknown' | 'finished';
  /** Colour behind traces; null where nothing is shown. */
  readonly band: string | null;
}

const looks: Readonly<Record<string, FlagLook>> = {
  '1': { label: 'Track clear', tone: 'clear', band: null },
  '2': { label: 'Yellow', tone: 'yellow', band: 'rgba(255, 209, 51, 0.08)' },
  '4': { label: 'Safety car', tone: 'safety', band: 'rgba(255, 159, 28, 0.10)' },
  '5': { label: 'Red flag', tone: 'red', band: 'rgba(255, 59, 71, 0.12)' },
  '6': { label: 'Virtual safety car', tone: 'vsc', band: 'rgba(255, 159, 28, 0.08)' },
  '7': { label: 'VSC ending', tone: 'vsc', band: 'rgba(255, 159, 28, 0.05)' },
};

/** Label and colours of a track status code; unknown codes are named, not guessed. */
export function flagLook(status: string | null, sessionStatus: string | null = null): FlagLook {
  if (sessionStatus === 'Finished' || sessionStatus === 'Finalised' || sessionStatus === 'Ends') {
    return {
      label: sessionStatus === 'Finished' ? 'Chequered flag' : 'Session over',
      tone: 'finished',
      band: null,
    };
  }
  if (status === null) return { label: 'No flag yet', tone: 'unknown', band: null };
  return looks[status] ?? { label: `Status ${status}`, tone: 'unknown', band: null };
}

/** Coloured stretches for the charts. */
export function flagBands(phases: readonly FlagPhase[]): { fromS: number; toS: number; colour: string }[] {
  const bands = [];
  for (const { fromS, toS, status } of phases) {
    const { band } = flagLook(status);
    if (band !== null) bands.push({ fromS, toS: toS ?? Number.POSITIVE_INFINITY, colour: band });
  }
  return bands;
}
