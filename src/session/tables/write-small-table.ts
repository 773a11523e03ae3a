import type { Cell, CellKind, SmallTable } from '../../domain/small-table.ts';
import { csvField } from '../csv-bytes.ts';

/**
 * A small table as CSV with a header line: times in seconds, dates ISO 8601 with ms and Z, booleans True and False, floats
 * with a point (`1.0`) as pandas writes them, missing values empty.
 */
export function smallTableCsv({ columns, rows }: SmallTable): string {
  const lines = [columns.map(({ name }) => csvField(name)).join(',')];
  for (const row of rows)
    lines.push(row.map((cell, index) => cellText(cell, columns[index]!.kind)).join(','));
  return `${lines.join('\n')}\n`;
}

function cellText(cell: Cell, kind: CellKind): string {
  if (cell === null) return '';
  if (typeof cell === 'boolean') return cell ? 'True' : 'False';
  if (typeof cell === 'string') return csvField(cell);
  if (!Number.isFinite(cell)) return '';
  switch (kind) {
    case 'sessionMs':
    case 'durationMs':
      return floatText(cell / 1000);
    case 'epochMs':
      return new Date(cell).toISOString();
    case 'number':
      return floatText(cell);
    default:
      return String(cell);
  }
}

function floatText(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e16 ? `${value}.0` : String(value);
}
