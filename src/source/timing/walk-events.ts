import type { LapEvent } from './lap-events.ts';

/**
 * How a lap count that jumps is read: `step` as FastF1 does, one lap with this message and one more with each later
 * message that still says more than was counted; `once` as one lap.
 */
export type CountReading = 'step' | 'once';

/**
 * Steps through a car's events in file order: drops what runs in the past after the feed went back in time, and tells
 * which events end a lap.
 */
export function walkEvents(
  events: readonly LapEvent[],
  reading: CountReading,
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
    if (endsLap) counter = reading === 'step' ? counter + 1 : laps;
    visit(event, endsLap);
  }
}

/** True when the two readings of the lap count differ: it jumped. */
export function hasCountJump(events: readonly LapEvent[]): boolean {
  let counter = 0;
  let jumps = false;
  walkEvents(events, 'once', ({ numberOfLaps }, endsLap) => {
    if (!endsLap || numberOfLaps === null) return;
    jumps ||= numberOfLaps - counter > 1;
    counter = numberOfLaps;
  });
  return jumps;
}
