import type { PositionChange } from '../../domain/timing.ts';
import type { LineChange } from './driver-list.ts';
import type { PlaceEvent } from './lap-events.ts';

export interface PositionInput {
  /** Cars of the session in driver-list order. */
  readonly driverNumbers: readonly string[];
  /** TimingData's places and gaps in file order. */
  readonly places: readonly PlaceEvent[];
  /** First TimingData message about any car; null without one. */
  readonly firstMs: number | null;
  /** Running order by TimingAppData, used when TimingData sends no place at all. */
  readonly lines: readonly LineChange[];
  /** Running order by DriverList, used after all else: some lists hold the result from the start. */
  readonly listLines: readonly LineChange[];
  readonly gridPlaces: ReadonlyMap<string, number>;
  /** Cars in the order of their first lap end. */
  readonly lapOrder: readonly string[];
}

/** The first state may take this long to come complete. */
const openingMs = 60_000;

interface CarPlace {
  position: number;
  gap: string | null;
  derived: boolean;
  isChanged: boolean;
}

interface Update {
  readonly sessionMs: number;
  readonly driverNumber: string;
  readonly position: number | null;
  readonly gap: string | null;
  readonly derived: boolean;
}

function updatesOf(input: PositionInput): Update[] {
  const hasPlaces = input.places.some((event) => event.position !== null);
  const updates: Update[] = [];
  for (const event of input.places) {
    const position = hasPlaces ? event.position : event.line;
    updates.push({ ...event, position, derived: !hasPlaces });
  }
  if (hasPlaces || updates.some((update) => update.position !== null)) return updates;
  for (const change of input.lines.length > 0 ? input.lines : input.listLines) {
    updates.push({
      sessionMs: change.sessionMs,
      driverNumber: change.driverNumber,
      position: change.line,
      gap: null,
      derived: true,
    });
  }
  return updates.sort((a, b) => a.sessionMs - b.sessionMs);
}

/** Rank of a car without a place of its own: Line of the first state, grid, lap order, driver list. */
function fallbackRank(input: PositionInput, firstMs: number): (driverNumber: string) => number {
  const lines = new Map<string, number>();
  for (const event of input.places) {
    if (event.sessionMs <= firstMs && event.line !== null && !lines.has(event.driverNumber))
      lines.set(event.driverNumber, event.line);
  }
  for (const { sessionMs, driverNumber, line } of input.lines) {
    if (sessionMs <= firstMs && !lines.has(driverNumber) && !input.gridPlaces.has(driverNumber))
      lines.set(driverNumber, line);
  }
  const lapRank = new Map(input.lapOrder.map((driverNumber, index) => [driverNumber, index + 1]));
  const listRank = new Map(input.driverNumbers.map((driverNumber, index) => [driverNumber, index + 1]));
  return (driverNumber) =>
    lines.get(driverNumber) ??
    input.gridPlaces.get(driverNumber) ??
    lapRank.get(driverNumber) ??
    1000 + (listRank.get(driverNumber) ?? 1000);
}

/** Places of all cars at the first stamp that has any: those sent, the rest on the places left over, derived. */
function initialPlaces(
  input: PositionInput,
  updates: readonly Update[],
  firstMs: number,
): Map<string, CarPlace> {
  const cars = new Map<string, CarPlace>();
  const taken = new Set<number>();
  const known = new Set(input.driverNumbers);
  for (const update of updates) {
    if (update.sessionMs > firstMs || update.position === null || !known.has(update.driverNumber)) continue;
    const before = cars.get(update.driverNumber)?.position;
    if (taken.has(update.position) || update.position > known.size) continue;
    if (before !== undefined) taken.delete(before);
    taken.add(update.position);
    cars.set(update.driverNumber, {
      position: update.position,
      gap: null,
      derived: update.derived,
      isChanged: true,
    });
  }
  const rank = fallbackRank(input, firstMs);
  const rest = input.driverNumbers.filter((driverNumber) => !cars.has(driverNumber));
  rest.sort((a, b) => rank(a) - rank(b));
  let free = 1;
  for (const driverNumber of rest) {
    while (taken.has(free)) free += 1;
    taken.add(free);
    cars.set(driverNumber, { position: free, gap: null, derived: true, isChanged: true });
  }
  return cars;
}

/** When places begin: with the first one sent, or with the feed itself when its first state is lost. */
function initialMs(updates: readonly Update[], feedMs: number | null): number {
  const placeMs = (updates.find((update) => update.position !== null) ?? updates[0]!).sessionMs;
  return feedMs !== null && placeMs - feedMs > openingMs ? feedMs : placeMs;
}

/** Puts a car on a place; the car that held it takes the place given up, so no place is ever empty or doubled. */
function move(cars: ReadonlyMap<string, CarPlace>, car: CarPlace, position: number, derived: boolean): void {
  if (car.position === position) {
    car.isChanged ||= car.derived && !derived;
    car.derived = car.derived && derived;
    return;
  }
  for (const other of cars.values()) {
    if (other.position !== position) continue;
    other.position = car.position;
    other.derived = true;
    other.isChanged = true;
  }
  car.position = position;
  car.derived = derived;
  car.isChanged = true;
}

/**
 * Place and gap changes of all cars from the first state on, ordered by time. All messages of one stamp are applied
 * before the changes are read off, so at every moment the places are 1 … n, each once. O(events × cars moved).
 */
export function toPositions(input: PositionInput): PositionChange[] {
  const updates = updatesOf(input);
  if (updates.length === 0 || input.driverNumbers.length === 0) return [];
  const firstMs = initialMs(updates, input.firstMs);
  const cars = initialPlaces(input, updates, firstMs);
  const changes: PositionChange[] = [];
  const flush = (sessionMs: number): void => {
    for (const [driverNumber, car] of cars) {
      if (!car.isChanged) continue;
      car.isChanged = false;
      const { position, gap, derived } = car;
      changes.push({ sessionMs, driverNumber, position, gap, derived });
    }
  };
  let stamp = firstMs;
  for (const update of updates) {
    const car = cars.get(update.driverNumber);
    if (car === undefined) continue;
    if (update.sessionMs > stamp) {
      flush(stamp);
      stamp = update.sessionMs;
    }
    if (update.gap !== null && update.gap !== car.gap) {
      car.gap = update.gap;
      car.isChanged = true;
    }
    if (update.position !== null && update.sessionMs > firstMs && update.position <= cars.size) {
      move(cars, car, update.position, update.derived);
    }
  }
  flush(stamp);
  return changes;
}
