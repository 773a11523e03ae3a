import { words } from '../table.ts';
import { HttpError } from '../../http/http-error.ts';
import { createStamps } from '../stamps.ts';
import type { TableContext } from '../table-context.ts';
import type { Cell, Table } from '../table.ts';

/**
 * Sessions that can be opened, the one that is replayed marked.
 * @throws {HttpError} 503 when they cannot be listed
 */
export async function sessionsTable(context: TableContext): Promise<Table> {
  const { app } = context;
  const t = createStamps(context).now ?? 0;
  const current = app.state.replay?.source ?? null;
  try {
    const sessions = await app.sessions();
    const { replay } = app.state;
    // A session that was named by hand is in no list.
    const named =
      replay === null || sessions.some(({ spec }) => spec === current)
        ? []
        : [
            [
              t,
              replay.source,
              replay.title,
              app.state.race.session?.year ?? null,
              app.state.race.session?.event ?? null,
              app.state.race.session?.session ?? null,
              replay.simulated,
              true,
            ],
          ];
    return {
      columns: words('t source title year event session simulated current'),
      rows: [
        ...named,
        ...sessions.map((session) => {
          const { spec } = session;
          const facts: Readonly<Record<string, unknown>> = { ...session };
          return [
            t,
            spec,
            cellOf(facts['title']) ?? spec,
            cellOf(facts['year']),
            cellOf(facts['event']),
            cellOf(facts['session']),
            facts['origin'] === 'simulated',
            spec === current,
          ];
        }),
      ],
      reasonColumn: 'title',
    };
  } catch (error) {
    app.log.error('Sessions cannot be listed', { error });
    throw new HttpError(
      503,
      'F1_BRIDGE_UNAVAILABLE',
      'The list of sessions cannot be read',
      'The log of the bridge says why',
    );
  }
}

function cellOf(value: unknown): Cell {
  return typeof value === 'string' || typeof value === 'number' ? value : null;
}
