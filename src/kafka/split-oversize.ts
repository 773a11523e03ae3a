import type { ProduceRecord, ProduceResult } from '../domain/broker.ts';
import { maxRecordBytes } from './validate-batch.ts';

/** Sets aside records that are larger than a broker takes; the rest keeps its order. O(records). */
export function splitOversize(
  records: readonly ProduceRecord[],
  limitBytes = maxRecordBytes,
): { records: readonly ProduceRecord[]; refused: ProduceResult['refused'] } {
  const refused: { index: number; reason: string }[] = [];
  for (let index = 0; index < records.length; index++) {
    const { key, value } = records[index]!;
    const bytes = (key?.length ?? 0) + value.length;
    if (bytes <= limitBytes) continue;
    refused.push({ index, reason: `The record has ${bytes} bytes, more than the limit of ${limitBytes}` });
  }
  if (refused.length === 0) return { records, refused };
  const bad = new Set(refused.map(({ index }) => index));
  return { records: records.filter((_, index) => !bad.has(index)), refused };
}
