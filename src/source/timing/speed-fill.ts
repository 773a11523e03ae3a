import type { OpenLap } from './lap-table.ts';

type Trap = 'speedI1Kmh' | 'speedI2Kmh' | 'speedFlKmh' | 'speedStKmh';

/**
 * Fills speeds that the feed did not send because they did not change (FastF1's rule): forward from lap to lap, but
 * not into laps under red flag or generated ones, and at the finish line not into in-laps.
 */
export function fillSpeeds(laps: readonly OpenLap[]): void {
  const fill = (trap: Trap, accepts: (lap: OpenLap) => boolean): void => {
    let last: number | null = null;
    for (const lap of laps) {
      last = lap[trap] ?? last;
      if (accepts(lap)) lap[trap] = last;
    }
  };
  // Without track status FastF1 does not get this far.
  const isOpen = (lap: OpenLap): boolean =>
    !lap.isGenerated && lap.trackStatus !== null && !lap.trackStatus.includes('5');
  fill('speedI1Kmh', isOpen);
  fill('speedI2Kmh', isOpen);
  fill('speedStKmh', isOpen);
  fill('speedFlKmh', (lap) => isOpen(lap) && lap.pitInMs === null);
}
