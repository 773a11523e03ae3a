import { useComputed, useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { pending, raceView, selected, sendCommand, showTime, store } from '../app.ts';
import { flagLook } from '../state/flags.ts';
import type { LapMark } from '../state/race-view.ts';

/** The stretch of session time that the bar shows [s]. */
interface Span {
  readonly startS: number;
  readonly endS: number;
}

/** Time line of the session: laps, flag phases, what was played, and a handle. Seeks when let go, for everybody. */
export function SeekBar() {
  const bar = useRef<HTMLDivElement>(null);
  const hoverS = useSignal<number | null>(null);
  const dragS = useSignal<number | null>(null);
  // A span of its own, so that the reports of the replay do not draw the bar anew.
  const span = useComputed<string>(() => {
    const { start = null, end = null } = store.replay.value ?? {};
    return start === null || end === null || end <= start ? '' : `${start} ${end}`;
  });
  if (span.value === '') {
    return (
      <div class="seek seek-off" aria-hidden="true">
        <div class="seek-track" />
      </div>
    );
  }
  const [startS = 0, endS = 1] = span.value.split(' ').map(Number);

  function timeAt(event: PointerEvent): number {
    const { left, width } = bar.current!.getBoundingClientRect();
    return startS + Math.min(1, Math.max(0, (event.clientX - left) / width)) * (endS - startS);
  }
  function onPointerDown(event: PointerEvent): void {
    if (event.button !== 0) return;
    bar.current!.setPointerCapture(event.pointerId);
    dragS.value = timeAt(event);
  }
  function onPointerMove(event: PointerEvent): void {
    hoverS.value = timeAt(event);
    if (dragS.value !== null) dragS.value = hoverS.value;
  }
  function onPointerUp(): void {
    if (dragS.value !== null) void sendCommand('seek', Math.round(dragS.value * 1000) / 1000);
    dragS.value = null;
  }
  const hover = dragS.value ?? hoverS.value;
  return (
    <div
      class={`seek ${pending.value?.command === 'seek' ? 'is-pending' : ''}`}
      ref={bar}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={onPointerUp}
      onPointerCancel={() => (dragS.value = null)}
      onPointerLeave={() => (hoverS.value = null)}
    >
      <Phases startS={startS} endS={endS} />
      <Laps startS={startS} endS={endS} />
      <Handle startS={startS} endS={endS} dragS={dragS.value} />
      {hover !== null && (
        <span class="seek-hover" style={{ left: percentOf(hover, startS, endS) }}>
          {showTime(hover)}
          {lapAt(lapsOfLeader(), hover)}
        </span>
      )}
    </div>
  );
}

function Phases({ startS, endS }: Span) {
  const phases = raceView.value.phases.filter(({ status }) => flagLook(status).band !== null);
  return (
    <div class="seek-track">
      {phases.map(({ fromS, toS, status }) => {
        const untilS = toS ?? Math.max(store.headS.value ?? fromS, fromS);
        const left = percentOf(fromS, startS, endS);
        const width = `calc(${percentOf(untilS, startS, endS)} - ${left})`;
        return <i key={fromS} class={`seek-phase flag-${flagLook(status).tone}`} style={{ left, width }} />;
      })}
      <Played startS={startS} endS={endS} />
    </div>
  );
}

function Played({ startS, endS }: Span) {
  return <i class="seek-played" style={{ width: percentOf(store.headS.value ?? startS, startS, endS) }} />;
}

function Laps({ startS, endS }: Span) {
  const laps = lapsOfLeader().filter((lap) => lap.startS > startS && lap.startS < endS);
  return (
    <>
      {laps.map(({ lap, startS: atS }) => (
        <i
          key={lap}
          class={`seek-lap ${lap % 10 === 0 ? 'seek-lap-major' : ''}`}
          style={{ left: percentOf(atS, startS, endS) }}
        />
      ))}
    </>
  );
}

function Handle({ startS, endS, dragS }: Span & { readonly dragS: number | null }) {
  const atS = dragS ?? store.headS.value ?? startS;
  return (
    <span
      class="seek-handle"
      style={{ left: percentOf(atS, startS, endS) }}
      role="slider"
      tabIndex={0}
      aria-label="Session time"
      aria-valuemin={Math.round(startS)}
      aria-valuemax={Math.round(endS)}
      aria-valuenow={Math.round(atS)}
      aria-valuetext={showTime(atS)}
    />
  );
}

function percentOf(sessionS: number, startS: number, endS: number): string {
  const share = Math.min(1, Math.max(0, (sessionS - startS) / (endS - startS)));
  return `${(share * 100).toFixed(3)}%`;
}

/** Laps of whoever leads (else of the first selected driver), as far as the run has come. */
function lapsOfLeader(): readonly LapMark[] {
  const { drivers, laps } = raceView.value;
  const codes = [drivers.find(({ position }) => position === 1)?.code, ...selected.value, ...laps.keys()];
  for (const code of codes) {
    const list = code === undefined ? undefined : laps.get(code);
    if (list !== undefined && list.length > 0) return list;
  }
  return [];
}

function lapAt(laps: readonly LapMark[], sessionS: number): string {
  const lap = laps.findLast(({ startS, endS }) => startS <= sessionS && (endS === null || sessionS < endS));
  return lap === undefined ? '' : ` · lap ${lap.lap}`;
}
