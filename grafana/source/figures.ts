import { VizOrientation, VizTextDisplayOptionsBuilder } from '@grafana/grafana-foundation-sdk/common';
import type { PanelBuilder as Stat } from '@grafana/grafana-foundation-sdk/stat';
import { infinity, number, string, time } from './infinity-target.ts';
import { replayMap } from './mappings.ts';
import { newest, stat } from './value-panels.ts';

/** A figure of the bridge: a column of its one-row table `stats`. */
export function bridgeFigure(title: string, description: string, column: string): Stat {
  return stat(title, description).withTarget(
    infinity({ table: 'stats', columns: [time(), number(column, title)], format: 'table', hasRange: false }),
  );
}

/** A sentence of the bridge: a text column of `stats`. */
export function bridgeText(title: string, description: string, column: string): Stat {
  return stat(title, description, `/^${title}$/`)
    .unit('string')
    .withTarget(
      infinity({
        table: 'stats',
        columns: [time(), string(column, title)],
        format: 'table',
        hasRange: false,
      }),
    );
}

/** What the replay does, in words: it tells a pause from missing data. */
export function replayState(): Stat {
  return stat(
    'Replay',
    'What the replay does: playing, paused or ended, with lap and speed. A simulated race says so in its title.',
  )
    .unit('string')
    .mappings([replayMap])
    .orientation(VizOrientation.Horizontal)
    .text(new VizTextDisplayOptionsBuilder().valueSize(18))
    .reduceOptions(newest('/^(Session|State)$/'))
    .withTarget(
      infinity({
        table: 'replay',
        columns: [string('title', 'Session'), string('text', 'State')],
        format: 'table',
        hasRange: false,
      }),
    );
}
