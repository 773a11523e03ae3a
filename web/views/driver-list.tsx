import {
  chosen,
  colourOf,
  favourites,
  raceView,
  selectDefault,
  selected,
  store,
  toggleDriver,
  toggleFavourite,
} from '../app.ts';
import { formatLapTime } from '../state/clocks.ts';
import type { DriverRow } from '../state/race-view.ts';
import { Empty } from './empty.tsx';
import { StarIcon } from './icons.tsx';

const tyreLetters: Readonly<Record<string, string>> = {
  SOFT: 'S',
  MEDIUM: 'M',
  HARD: 'H',
  INTERMEDIATE: 'I',
  WET: 'W',
};

/** The field in running order; a press on a driver shows or hides the traces, the star keeps a favourite. */
export function DriverList() {
  const { drivers } = raceView.value;
  return (
    <section class="panel drivers" aria-label="Drivers">
      <div class="panel-head">
        <h2>Drivers</h2>
        <span class="head-note">
          {selected.value.length} of {drivers.length}
        </span>
        {chosen.value !== null && (
          <button type="button" class="link" onClick={selectDefault}>
            Default
          </button>
        )}
        {selected.value.length > 0 && (
          <button type="button" class="link" onClick={() => (chosen.value = [])}>
            None
          </button>
        )}
      </div>
      {drivers.length === 0 ? (
        <Empty what="Drivers" topics={['DriverList']} />
      ) : (
        <ol class="driver-rows" data-testid="drivers">
          {drivers.map((driver) => (
            <Driver key={driver.code} driver={driver} />
          ))}
        </ol>
      )}
    </section>
  );
}

function Driver({ driver }: { readonly driver: DriverRow }) {
  const { code } = driver;
  const isSelected = selected.value.includes(code);
  const isFavourite = favourites.value.includes(code);
  const replayed = store.replay.value?.drivers ?? [];
  const isBlind = !raceView.value.drivers.some(({ hasTelemetry }) => hasTelemetry);
  // Where nobody has telemetry the charts say so once.
  const absence =
    !driver.hasTelemetry && !isBlind
      ? 'no data'
      : replayed.length > 0 && !replayed.includes(code)
        ? 'not replayed'
        : null;
  const style = { '--team': colourOf(code) };
  return (
    <li
      class={`driver ${isSelected ? 'driver-on' : ''} ${absence === null ? '' : 'driver-absent'}`}
      style={style}
    >
      <button
        type="button"
        class="driver-main"
        aria-pressed={isSelected}
        onClick={() => toggleDriver(code)}
        title={`${driver.name} · ${driver.team || 'team unknown'}${absence === null ? '' : ` · ${absence}`}`}
      >
        <span class="driver-place">{driver.position ?? '–'}</span>
        <span class="driver-bar" />
        <span class="driver-code">{code}</span>
        <Tyre driver={driver} />
        <span class="driver-time">{absence ?? formatGap(driver)}</span>
        <span class="driver-lap">{formatLapTime(driver.lastLapS)}</span>
        <span class="driver-speed">
          <b class="live" data-driver={code} data-channel="speed" data-now="1">
            –
          </b>
        </span>
      </button>
      <button
        type="button"
        class={`star ${isFavourite ? 'star-on' : ''}`}
        aria-pressed={isFavourite}
        aria-label={`Favourite ${code}`}
        onClick={() => toggleFavourite(code)}
      >
        <StarIcon filled={isFavourite} />
      </button>
    </li>
  );
}

function Tyre({ driver: { compound, tyreAge } }: { readonly driver: DriverRow }) {
  if (compound === null) return <span class="tyre" />;
  const letter = tyreLetters[compound] ?? compound.charAt(0);
  return (
    <span
      class={`tyre tyre-${compound.toLowerCase()}`}
      title={`${compound.toLowerCase()}${tyreAge === null ? '' : `, ${tyreAge} laps`}`}
    >
      <b>{letter}</b>
      <i>{tyreAge ?? ''}</i>
    </span>
  );
}

function formatGap({ position, gap }: DriverRow): string {
  if (position === 1) return 'Leader';
  // The feed says 'LAP 31' of the leader, and of whoever was the leader when it was last heard.
  return gap === null || gap.startsWith('LAP') ? '' : gap;
}
