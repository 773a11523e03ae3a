import { join } from 'node:path';
import type { SessionTable } from '../domain/table.ts';
import { csvField } from './csv-bytes.ts';
import { writeBeside, type ExportedFile } from './write-beside.ts';

type Cell = string | number | boolean | null;

/** A small table before it is written: a name for the file, the header and the rows. */
interface SmallTable {
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/**
 * Writes what is known besides telemetry as `{baseName}_{laps,weather,race_control,track_status,drivers}.csv` to a
 * folder, columns under FastF1's names, times in seconds of session time. A table without rows is not written.
 * Rejects with F1_SESSION_EXPORT.
 */
export async function exportTiming(
  session: SessionTable,
  dir: string,
  baseName: string,
): Promise<ExportedFile[]> {
  const files: ExportedFile[] = [];
  for (const table of timingTables(session)) {
    if (table.rows.length === 0) continue;
    const path = join(dir, `${baseName}_${table.name}.csv`);
    const lines = [table.columns, ...table.rows].map((row) => row.map(cellText).join(','));
    const bytes = await writeBeside(path, (file) => file.writeFile(`${lines.join('\n')}\n`));
    files.push({ path, rows: table.rows.length, bytes });
  }
  return files;
}

function timingTables(session: SessionTable): SmallTable[] {
  const { timing, drivers, t0EpochMs } = session;
  const codes = new Map(drivers.map((driver) => [driver.number, driver.code]));
  const teams = new Map(drivers.map((driver) => [driver.number, driver.team]));
  return [
    {
      name: 'laps',
      columns: columnNames(
        'Time Driver DriverNumber LapTime LapNumber Stint PitOutTime PitInTime Sector1Time Sector2Time Sector3Time ' +
          'Compound TyreLife Team LapStartTime LapStartDate Position',
      ),
      rows: timing.laps.map((lap) => [
        seconds(lap.endMs),
        codes.get(lap.driverNumber) ?? null,
        lap.driverNumber,
        seconds(lap.lapTimeMs),
        lap.lap,
        lap.stint,
        seconds(lap.pitOutMs),
        seconds(lap.pitInMs),
        seconds(lap.sector1Ms),
        seconds(lap.sector2Ms),
        seconds(lap.sector3Ms),
        lap.compound,
        lap.tyreAge,
        teams.get(lap.driverNumber) ?? null,
        seconds(lap.startMs),
        lap.startMs === null || t0EpochMs === null ? null : new Date(t0EpochMs + lap.startMs).toISOString(),
        lap.position,
      ]),
    },
    {
      name: 'weather',
      columns: [
        'Time',
        'AirTemp',
        'Humidity',
        'Pressure',
        'Rainfall',
        'TrackTemp',
        'WindDirection',
        'WindSpeed',
      ],
      rows: timing.weather.map((sample) => [
        seconds(sample.sessionMs),
        sample.airTempC,
        sample.humidityPct,
        sample.pressureMbar,
        sample.rainfall,
        sample.trackTempC,
        sample.windDirectionDeg,
        sample.windSpeedMs,
      ]),
    },
    {
      name: 'race_control',
      columns: [
        'Time',
        'Category',
        'Message',
        'Status',
        'Flag',
        'Scope',
        'Sector',
        'RacingNumber',
        'Lap',
        'Foreign',
      ],
      rows: timing.raceControl.map((message) => [
        seconds(message.sessionMs),
        message.category,
        message.message,
        message.status,
        message.flag,
        message.scope,
        message.sector,
        message.driverNumber,
        message.lap,
        message.foreign,
      ]),
    },
    {
      name: 'track_status',
      columns: ['Time', 'Status', 'Message'],
      rows: timing.trackStatus.map((change) => [seconds(change.sessionMs), change.status, change.message]),
    },
    {
      name: 'drivers',
      columns: ['DriverNumber', 'Abbreviation', 'FullName', 'TeamName', 'TeamColor', 'Line', 'HasTelemetry'],
      rows: drivers.map((driver) => [
        driver.number,
        driver.code,
        driver.name,
        driver.team,
        driver.teamColour,
        driver.line || null,
        session.tables.some((table) => table.driver.number === driver.number),
      ]),
    },
  ];
}

function columnNames(names: string): string[] {
  return names.split(' ');
}

function seconds(ms: number | null): number | null {
  return ms === null ? null : ms / 1000;
}

function cellText(cell: Cell): string {
  if (cell === null || (typeof cell === 'number' && !Number.isFinite(cell))) return '';
  if (typeof cell === 'boolean') return cell ? 'True' : 'False';
  return csvField(String(cell));
}
