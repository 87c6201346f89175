/** Tables for terminals: headings, aligned columns, no frame. */
import { columnsOf, type Ink, PLAIN_INK, padTo } from './ink.ts';

export interface Column {
  readonly heading: string;
  readonly align?: 'left' | 'right';
}

/** Cells may carry colour; a row with fewer cells than columns is filled with empty ones. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  { ink = PLAIN_INK, indent = 2 }: { readonly ink?: Ink; readonly indent?: number } = {},
): string {
  const widths = columns.map(({ heading }, at) =>
    Math.max(columnsOf(heading), ...rows.map((row) => columnsOf(row[at] ?? ''))),
  );
  const line = (cells: readonly string[]) =>
    `${' '.repeat(indent)}${columns
      .map(({ align = 'left' }, at) => padTo(cells[at] ?? '', widths[at]!, align))
      .join('  ')
      .trimEnd()}`;
  const heading = line(columns.map((column) => column.heading));
  return [ink.dim(heading), ...rows.map(line)].join('\n');
}
