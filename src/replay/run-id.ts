/** Id of a run, sorting by time: `20261125T140501123Z-5f3a`. `random` is in [0, 1). */
export function createRunId(epochMs: number, random: number): string {
  const time = new Date(Math.floor(epochMs)).toISOString().replaceAll(/[-:.]/g, '');
  return `${time}-${Math.floor(random * 0x10000)
    .toString(16)
    .padStart(4, '0')}`;
}
