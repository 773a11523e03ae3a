import { useEffect, useRef } from 'preact/hooks';
import {
  board,
  clock,
  clockFacts,
  cursorS,
  drawError,
  raceView,
  selected,
  showTime,
  store,
  styles,
  windowS,
  windows,
} from '../app.ts';
import { traceSpecs } from '../charts/trace-specs.ts';
import type { TraceSpec } from '../charts/trace-specs.ts';
import { clockLabel } from '../state/clocks.ts';
import { Empty } from './empty.tsx';
import { Loading } from './loading.tsx';
import { ViewFault } from './view-boundary.tsx';

/** Drivers whose values stand beside each chart; the others have theirs in the driver list. */
const maxValueColumns = 6;

/** Speed, engine speed, throttle, brake and gear of the selected drivers over the same time, with one cursor. */
export function Traces() {
  const error = drawError.value;
  if (error !== null)
    return <ViewFault name="Traces" error={error} onRetry={() => (drawError.value = null)} />;
  return (
    <section class="panel traces" aria-label="Traces">
      <div class="panel-head">
        <h2>Traces</h2>
        <span class="head-note" data-testid="cursor-time">
          {cursorS.value === null
            ? `axis: ${clockLabel(clock.value, clockFacts.value)}`
            : `${showTime(cursorS.value, 2)} ${clockLabel(clock.value, clockFacts.value)}`}
        </span>
        <div class="segmented" role="radiogroup" aria-label="Window">
          {windows.map((seconds) => (
            <button
              key={seconds}
              type="button"
              role="radio"
              aria-checked={windowS.value === seconds}
              onClick={() => (windowS.value = seconds)}
            >
              {seconds < 60 ? `${seconds} s` : `${seconds / 60} min`}
            </button>
          ))}
        </div>
      </div>
      <div class="charts" data-testid="charts">
        {traceSpecs.map((spec, at) => (
          <TraceRow key={spec.channel} spec={spec} isLast={at === traceSpecs.length - 1} />
        ))}
        <Overlay />
      </div>
    </section>
  );
}

function TraceRow({ spec, isLast }: { readonly spec: TraceSpec; readonly isLast: boolean }) {
  const host = useRef<HTMLDivElement>(null);
  useEffect(
    () => (host.current === null ? undefined : board.attach(spec, host.current, isLast)),
    [spec, isLast],
  );
  return (
    <div class={`trace-row trace-${spec.channel}`} style={{ flexGrow: spec.weight }}>
      <div
        class="plot"
        ref={host}
        role="img"
        aria-label={`${spec.label} of ${selected.value.join(', ') || 'no driver'}`}
      />
      <span class="trace-name">
        {spec.label}
        {spec.unit !== '' && <i>{spec.unit}</i>}
      </span>
      <Values spec={spec} />
    </div>
  );
}

function Values({ spec }: { readonly spec: TraceSpec }) {
  return (
    <div class={`values ${selected.value.length > 3 ? 'values-dense' : ''}`}>
      {selected.value.slice(0, maxValueColumns).map((code) => (
        <span key={code} class="value">
          <i class="value-code" style={{ color: styles.value.get(code)?.colour ?? '' }}>
            {code}
          </i>
          <b class="live" data-driver={code} data-channel={spec.channel}>
            –
          </b>
        </span>
      ))}
    </div>
  );
}

/** Lies over the charts when there is nothing to draw; the charts keep their place below. */
function Overlay() {
  const replay = store.replay.value;
  if (replay?.status === 'loading')
    return (
      <div class="overlay">
        <Loading replay={replay} />
      </div>
    );
  const hasRows =
    store.headS.value !== null && selected.value.some((code) => store.telemetry.buffer(code) !== undefined);
  const isKnown = raceView.value.drivers.length > 0 || store.replay.value !== null;
  if (hasRows && isKnown) return null;
  return (
    <div class="overlay">
      <Empty what="Traces" topics={['CarData.z', 'CarData']} usesDrivers />
    </div>
  );
}
