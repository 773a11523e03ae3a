import { raceView, showTime } from '../app.ts';
import { Empty } from './empty.tsx';

const shown = 60;

/** Latest messages of race control, newest on top. */
export function RaceControl() {
  const { raceControl } = raceView.value;
  return (
    <section class="panel race-control" aria-label="Race control">
      <div class="panel-head">
        <h2>Race control</h2>
        <span class="head-note">{raceControl.length}</span>
      </div>
      {raceControl.length === 0 ? (
        <Empty what="Messages" topics={['RaceControlMessages']} />
      ) : (
        <ol class="rc-rows" data-testid="race-control">
          {raceControl
            .slice(-shown)
            .toReversed()
            .map((message, at) => (
              <li
                key={raceControl.length - at}
                class={`rc rc-${flagTone(message.flag)} ${message.foreign ? 'rc-foreign' : ''}`}
              >
                <span class="rc-when">
                  {showTime(message.session_time)}
                  {message.lap_number !== null && ` · L${message.lap_number}`}
                </span>
                <span class="rc-text">
                  {message.message}
                  {message.foreign && <i class="tag">other series</i>}
                </span>
              </li>
            ))}
        </ol>
      )}
    </section>
  );
}

function flagTone(flag: string | null): string {
  if (flag === null) return 'none';
  if (flag.includes('YELLOW')) return 'yellow';
  if (flag === 'RED') return 'red';
  if (flag === 'BLUE') return 'blue';
  if (flag === 'GREEN' || flag === 'CLEAR') return 'green';
  return flag.includes('CHEQUERED') ? 'chequered' : 'none';
}
