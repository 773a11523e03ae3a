import { raceView } from '../app.ts';
import { Empty } from './empty.tsx';

/** Latest weather sample. */
export function Weather() {
  const { weather } = raceView.value;
  if (weather === null) {
    return (
      <section class="panel weather" aria-label="Weather">
        <div class="panel-head">
          <h2>Weather</h2>
        </div>
        <Empty what="Weather" topics={['WeatherData']} />
      </section>
    );
  }
  return (
    <section class="panel weather" aria-label="Weather">
      <Fact name="Track" value={weather.track_temp} unit="°C" />
      <Fact name="Air" value={weather.air_temp} unit="°C" />
      <Fact name="Humidity" value={weather.humidity} unit="%" decimals={0} />
      <Fact name="Wind" value={weather.wind_speed} unit="m/s" direction={weather.wind_direction} />
      <span class={`weather-fact ${weather.rainfall === true ? 'raining' : ''}`}>
        <span class="fact-name">Rain</span>
        <b>{weather.rainfall === null ? '–' : weather.rainfall ? 'yes' : 'no'}</b>
      </span>
    </section>
  );
}

function Fact({
  name,
  value,
  unit,
  decimals = 1,
  direction = null,
}: {
  readonly name: string;
  readonly value: number | null;
  readonly unit: string;
  readonly decimals?: number;
  readonly direction?: number | null;
}) {
  return (
    <span class="weather-fact">
      <span class="fact-name">{name}</span>
      <b>{value === null ? '–' : value.toFixed(decimals)}</b>
      <i>{unit}</i>
      {direction !== null && value !== null && (
        <span
          class="wind"
          style={{ transform: `rotate(${direction + 180}deg)` }}
          title={`from ${direction}°`}
        >
          ↑
        </span>
      )}
    </span>
  );
}
