import type { RaceControlMessage } from '../../domain/timing.ts';
import { spanToMs } from './feed-values.ts';
import type { OpenLap } from './lap-table.ts';

const deletion = /^CAR (\d{1,2}) .* TIME (\d:\d\d\.\d\d\d) DELETED - (.*)/;
const reinstatement = /^CAR (\d{1,2}) .* TIME (\d:\d\d\.\d\d\d) .*REINSTATED.*/;
const clock = /\d\d:\d\d:\d\d/g;

/**
 * FastF1's `Deleted`, from the texts of race control: by car number and exact lap time; a time that was reinstated once is
 * never deleted, whatever the order. Clock times (track local) are left out of the reason.
 */
export function markDeleted(laps: readonly OpenLap[], messages: readonly RaceControlMessage[]): void {
  for (const lap of laps) lap.deleted = false;
  const reinstated = new Set<string>();
  for (const { message } of messages) {
    const match = reinstatement.exec(message);
    if (match !== null) reinstated.add(`${match[1]} ${spanToMs(match[2])}`);
  }
  for (const { message } of messages) {
    const match = deletion.exec(message);
    if (match === null) continue;
    const [, number, time, reason = ''] = match;
    const timeMs = spanToMs(time);
    if (reinstated.has(`${number} ${timeMs}`)) continue;
    for (const lap of laps) {
      if (lap.driverNumber !== number || lap.lapTimeMs !== timeMs) continue;
      lap.deleted = true;
      lap.isPersonalBest = false;
      lap.deletedReason = reason.replace(clock, '');
    }
  }
}
