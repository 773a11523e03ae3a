import { useComputed, useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { pending, raceView, selected, sendCommand, showTime, store } from '../app.ts';
import { flagLook } from '../state/flags.ts';
import type { LapMark } from '../state/race-view.ts';

/** Time line of the session: laps, flag phases, what was played, and a handle. Seeks when let go, for everybody. */
export function SeekBar() {
  const bar = useRef<HTMLDivElement>(null);
  const hoverS = useSignal<number | null>(null);
  const dragS = useSignal<number | null>(null);
  const replay = store.replay.value;
  const startS = replay?.start ?? null;
  const endS = replay?.end ?? null;
  const leaderLaps = useComputed(() => lapsOfLeader());
  if (startS === null || endS === null || endS <= startS)
    return (
      <div class="seek seek-off" aria-hidden="true">
        <div class="seek-track" />
      </div>
    );
  const lengthS = endS - startS;
  const percent = (sessionS: number): string =>
    `${(Math.min(1, Math.max(0, (sessionS - startS) / lengthS)) * 100).toFixed(3)}%`;
  const headS = dragS.value ?? store.headS.value ?? replay?.session_time ?? startS;

  function timeAt(event: PointerEvent): number {
    const { left, width } = bar.current!.getBoundingClientRect();
    return startS! + Math.min(1, Math.max(0, (event.clientX - left) / width)) * lengthS;
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
  const laps = leaderLaps.value;
  return (
    <div
      class={`seek ${pending.value?.command === 'seek' ? 'is-pending' : ''}`}
      ref={bar}
      role="slider"
      tabIndex={0}
      aria-label="Session time"
      aria-valuemin={Math.round(startS)}
      aria-valuemax={Math.round(endS)}
      aria-valuenow={Math.round(headS)}
      aria-valuetext={showTime(headS)}
      data-testid="seek"
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={onPointerUp}
      onPointerCancel={() => (dragS.value = null)}
      onPointerLeave={() => (hoverS.value = null)}
    >
      <div class="seek-track">
        {raceView.value.phases.map(({ fromS, toS, status }) => {
          const { tone } = flagLook(status);
          const untilS = toS ?? Math.max(headS, fromS);
          return (
            <i
              key={fromS}
              class={`seek-phase flag-${tone}`}
              style={{ left: percent(fromS), width: `calc(${percent(untilS)} - ${percent(fromS)})` }}
            />
          );
        })}
        <i class="seek-played" style={{ width: percent(headS) }} />
      </div>
      {laps.map(({ lap, startS: at }) => (
        <i
          key={lap}
          class={`seek-lap ${lap % 10 === 0 ? 'seek-lap-major' : ''}`}
          style={{ left: percent(at) }}
          data-lap={lap % 10 === 0 ? lap : ''}
        />
      ))}
      <i class="seek-handle" style={{ left: percent(headS) }} />
      {hover !== null && (
        <span class="seek-hover" style={{ left: percent(hover) }}>
          {showTime(hover)}
          {lapAt(laps, hover)}
        </span>
      )}
    </div>
  );
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
