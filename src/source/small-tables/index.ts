import type { SmallTable } from '../../domain/small-table.ts';
import type { SessionTiming } from '../../domain/timing.ts';
import { createDriverInfo } from './driver-info.ts';
import {
  gapsTable,
  lapCountTable,
  raceControlTable,
  sessionStatusTable,
  timingAppTable,
  trackStatusTable,
  weatherTable,
  type TopicTable,
} from './fastf1-tables.ts';
import { championshipTable, pitLaneTables, teamRadioTable } from './own-tables.ts';
import { resultsTable, type ResultsInput } from './results-table.ts';

/** Turns the lines of the small topics into tables; lines of a topic in file order, topics in any order. */
export interface SmallTablesReader {
  accept(topic: string, stampMs: number, data: unknown, text: string): void;
  finish(context: {
    readonly timing: SessionTiming;
    readonly kind: ResultsInput['kind'];
    /** Name of the session. */
    readonly session: string;
    /** Cars that ended a lap: FastF1 leaves the others out of the stream of gaps. */
    readonly lappers: ReadonlySet<string>;
  }): SmallTable[];
}

/** Creates a reader for one session. A table exists when its topic has a message. */
export function createSmallTables(): SmallTablesReader {
  const drivers = createDriverInfo();
  const tables: readonly TopicTable[] = [
    weatherTable(),
    raceControlTable(),
    trackStatusTable(),
    sessionStatusTable(),
    lapCountTable(),
    timingAppTable(),
    gapsTable(),
    teamRadioTable(),
    ...pitLaneTables(),
    championshipTable(),
  ];
  const byTopic = new Map(tables.map((table) => [table.topic, table]));
  return {
    accept(topic, stampMs, data, text) {
      if (topic === 'DriverList') drivers.accept(stampMs, data);
      byTopic.get(topic)?.accept(stampMs, data, text);
    },
    finish({ timing, lappers, ...context }) {
      const listed = drivers.drivers();
      const results =
        listed.length === 0
          ? null
          : resultsTable({ ...context, ...partsOf(timing), drivers: listed, laps: timing.lapTable });
      return [
        results,
        ...tables.map((table) => table.finish(lappers)),
        drivers.table(),
        stintsTable(timing),
      ].filter((table) => table !== null);
    },
  };
}

function partsOf({
  partStartsMs,
  lastStatusMs,
}: SessionTiming): Pick<ResultsInput, 'partStartsMs' | 'lastStatusMs'> {
  return { partStartsMs, lastStatusMs };
}

/** `tyre_stints`: our own reading of the sets driven, in the order they were announced. */
function stintsTable({ stints }: SessionTiming): SmallTable | null {
  if (stints.length === 0) return null;
  return {
    name: 'tyre_stints',
    columns: [
      { name: 'Time', kind: 'sessionMs', unit: 's' },
      { name: 'DriverNumber', kind: 'text', unit: '' },
      { name: 'stint', kind: 'integer', unit: '' },
      { name: 'compound', kind: 'text', unit: '' },
      { name: 'fresh', kind: 'boolean', unit: '' },
      { name: 'ageAtStart', kind: 'integer', unit: 'laps' },
    ],
    rows: stints.map(({ sessionMs, driverNumber, stint, compound, fresh, ageAtStart }) => [
      sessionMs,
      driverNumber,
      stint,
      compound,
      fresh,
      ageAtStart,
    ]),
  };
}
