import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseFastF1Schedule } from '../../../src/source/schedule/fastf1-schedule.ts';
import type { EventSchedule } from '../../../src/source/schedule/event-schedule.ts';
import { sharedData, skipWithout } from '../../support/shared-data.ts';

const folder = sharedData('api_samples');
const schedulePrefix = 'raw.githubusercontent.com_theOehrly_f1schedule_master_schedule_';

/** Skip reason where the frozen answers are absent. */
export const skipSamples = skipWithout(folder);

/** A frozen answer of the results API by its path ('2023/1/results'); null when it was not recorded. */
export function resultsSample(path: string): Buffer | null {
  const file = join(folder!, `api.jolpi.ca_ergast_f1_${path.replaceAll('/', '_')}.json`);
  return existsSync(file) ? readFileSync(file) : null;
}

export function scheduleSample(year: number): Buffer {
  return readFileSync(join(folder!, `${schedulePrefix}${year}.json`));
}

export function sampleSchedule(year: number): EventSchedule {
  const events = parseFastF1Schedule(JSON.parse(scheduleSample(year).toString('utf8')));
  return { year, backend: 'fastf1', events: events! };
}
