import type { SimCar } from './car.ts';
import type { Officials } from './officials.ts';
import type { TimingFeed } from './timing-feed.ts';

export type SafetyCarPhase = 'none' | 'yellow' | 'deployed' | 'ending' | 'over';

/** The safety-car phase of a race: from a car that stops on track to the restart. */
export interface SafetyCar {
  readonly phase: SafetyCarPhase;
  /** Called once, when the car has come to rest. */
  carStopped(car: SimCar, stampMs: number): void;
  update(stampMs: number, leader: SimCar): void;
  /** Share of the profile's speed that a car may use. */
  paceOf(isLeader: boolean): number;
  /** Lap of the leader from which DRS is allowed again. */
  readonly drsLap: number;
}

const reactionMs = 8_000;
/** Laps behind the safety car, as counted by the leader. */
const lapsBehind = 2;

/** Creates the phase; `lengthM` is the lap. */
export function createSafetyCar(
  officials: Officials,
  timing: TimingFeed,
  laps: number,
  lengthM: number,
): SafetyCar {
  let phase: SafetyCarPhase = 'none';
  let yellowMs = 0;
  let restartLap = 0;
  let drsLap = 3;
  return {
    get phase() {
      return phase;
    },
    get drsLap() {
      return drsLap;
    },
    carStopped(car, stampMs) {
      if (phase !== 'none') return;
      phase = 'yellow';
      yellowMs = stampMs;
      const lap = timing.leaderLap;
      officials.trackStatus(stampMs, '2');
      officials.message(stampMs, lap, {
        Category: 'Flag',
        Flag: 'DOUBLE YELLOW',
        Scope: 'Sector',
        Sector: 9,
        Message: 'DOUBLE YELLOW IN TRACK SECTOR 9',
      });
      officials.message(stampMs + 3_000, lap, {
        Category: 'CarEvent',
        RacingNumber: car.entrant.number,
        Message: `CAR ${car.entrant.number} (${car.entrant.code}) STOPPED ON TRACK`,
      });
    },
    update(stampMs, leader) {
      const lap = timing.leaderLap;
      if (phase === 'yellow' && stampMs - yellowMs >= reactionMs) {
        phase = 'deployed';
        restartLap = Math.min(lap + lapsBehind, laps);
        officials.trackStatus(stampMs, '4');
        officials.message(stampMs, lap, {
          Category: 'SafetyCar',
          Status: 'DEPLOYED',
          Mode: 'SAFETY CAR',
          Message: 'SAFETY CAR DEPLOYED',
        });
        officials.message(stampMs + 500, lap, {
          Category: 'Drs',
          Status: 'DISABLED',
          Message: 'DRS DISABLED',
        });
      } else if (
        phase === 'deployed' &&
        lap >= restartLap - 1 &&
        leader.distanceM % lengthM > 0.55 * lengthM
      ) {
        phase = 'ending';
        officials.message(stampMs, lap, {
          Category: 'SafetyCar',
          Status: 'IN THIS LAP',
          Mode: 'SAFETY CAR',
          Message: 'SAFETY CAR IN THIS LAP',
        });
      } else if (phase === 'ending' && lap >= restartLap) {
        phase = 'over';
        drsLap = restartLap + 1;
        officials.trackStatus(stampMs, '1');
        officials.message(stampMs, lap, {
          Category: 'Flag',
          Flag: 'CLEAR',
          Scope: 'Track',
          Message: 'TRACK CLEAR',
        });
      }
    },
    paceOf(isLeader) {
      if (phase === 'yellow') return 0.9;
      if (phase === 'deployed' || phase === 'ending') return isLeader ? 0.6 : 0.82;
      return 1;
    },
  };
}
