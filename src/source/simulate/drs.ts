import type { SimCar } from './car.ts';
import type { Circuit } from './circuit.ts';

/** A car this close at the detection point may open its wing [s]. */
const detectionS = 1;

/** Moves the rear wing of a car by one step: detection, opening in the zone, closing on the brake. O(zones). */
export function stepDrs(car: SimCar, ahead: SimCar | undefined, isAllowed: boolean, circuit: Circuit): void {
  const { lengthM, drsZones } = circuit;
  const at = ((car.distanceM % lengthM) + lengthM) % lengthM;
  const before = at - (car.distanceM - car.previousM);
  for (let index = 0; index < drsZones.length; index += 1) {
    const { detectionM } = drsZones[index]!;
    if (before >= detectionM || at < detectionM) continue;
    const gapM =
      ahead === undefined || ahead.inPit ? Number.POSITIVE_INFINITY : ahead.distanceM - car.distanceM;
    car.drsEligible = isAllowed && gapM > 0 && gapM / Math.max(car.speed, 10) < detectionS ? index : -1;
  }
  const zone = car.drsEligible < 0 ? undefined : drsZones[car.drsEligible];
  if (zone === undefined) {
    car.drsOpen = 0;
    return;
  }
  const inZoneM = at >= zone.startM ? at - zone.startM : at + lengthM - zone.startM;
  const mayOpen = isAllowed && !car.isBraking && !car.inPit && inZoneM < zone.endM - zone.startM;
  if (mayOpen && (car.drsOpen > 0 || car.throttlePct > 90)) car.drsOpen += 1;
  else if (car.drsOpen > 0) {
    car.drsOpen = 0;
    car.drsEligible = -1;
  }
}
