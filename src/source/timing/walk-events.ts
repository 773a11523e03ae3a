import type { LapEvent } from './lap-events.ts';

/**
 * Steps through a car's events in file order: drops what runs in the past after the feed went back in time, and tells
 * which events end a lap. The counter is FastF1's: a count that jumps ends one lap, and one more with each later message
 * that still says more than was counted.
 */
export function walkEvents(
  events: readonly LapEvent[],
  visit: (event: LapEvent, endsLap: boolean) => void,
): void {
  let counter = 0;
  let isPast = false;
  for (const event of events) {
    const laps = event.numberOfLaps;
    if (isPast && laps === counter) isPast = false;
    if (laps !== null && laps < counter) isPast = true;
    if (isPast) continue;
    const endsLap = laps !== null && laps > counter;
    if (endsLap) counter += 1;
    visit(event, endsLap);
  }
}
