import type { Driver } from '../../../domain/driver.ts';
import type { CorrectedLap } from '../../../domain/lap-table.ts';
import type { Lap, RaceControlMessage, SessionStatusChange } from '../../../domain/timing.ts';
import type { CarLaps } from '../laps.ts';
import { setAt } from '../tyres.ts';
import { deletedByText } from './deleted-by-text.ts';
import { racingLaps } from './racing-laps.ts';
import { tyreHistory } from './tyre-history.ts';

export interface CorrectionInput {
  readonly drivers: readonly Driver[];
  /** Rows and sets of each car as we read them. */
  readonly cars: readonly CarLaps[];
  /** The laps made of these rows. */
  readonly laps: readonly Lap[];
  readonly raceLike: boolean;
  readonly messages: readonly RaceControlMessage[];
  readonly sessionStatus: readonly SessionStatusChange[];
}

/** Our own columns of every lap, by driver in driver-list order and lap number. */
export function correctLaps(input: CorrectionInput): CorrectedLap[] {
  const { drivers, cars, laps } = input;
  const deleted = deletedByText(laps, input.messages, input.raceLike);
  const racing = racingLaps(laps, input.sessionStatus);
  const byKey = new Map(laps.map((lap) => [`${lap.driverNumber} ${lap.lap}`, lap]));
  const codes = new Map(drivers.map(({ number, code }) => [number, code]));
  return cars.flatMap(({ driverNumber, rows, sets }) => {
    const history = tyreHistory(rows, (row) =>
      row.isGenerated || row.endMs === null ? null : setAt(sets, row.endMs),
    );
    return rows.map((row, index): CorrectedLap => {
      const lap = byKey.get(`${driverNumber} ${index + 1}`);
      const tyres = history[index]!;
      return {
        driverNumber,
        driver: codes.get(driverNumber) ?? driverNumber,
        lapNumber: index + 1,
        compound: tyres.compound,
        tyreAge: tyres.tyreAge,
        ageQuality: tyres.ageQuality,
        stops: tyres.stops,
        racing: lap !== undefined && racing.has(lap),
        deletedByText: lap !== undefined && deleted.has(lap),
        officialLap: row.isGenerated ? null : row.officialLap,
        repaired: row.repaired,
        generated: row.isGenerated,
      };
    });
  });
}
