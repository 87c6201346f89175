/** A row of the file, before the map has looked at it: cells by column name, or what makes it unreadable. */

export type Cells = ReadonlyMap<string, string>;

export interface GoodRow {
  /** The line the row starts on, from 1 (the header is line 1). */
  readonly line: number;
  readonly cells: Cells;
}

export const ROW_FAULTS = ['bad-quoting', 'wrong-column-count', 'line-too-long', 'bad-json'] as const;
export type RowFault = (typeof ROW_FAULTS)[number];

export interface BadRow {
  readonly line: number;
  readonly reason: RowFault;
  readonly detail: string;
  /** The text as it stands in the file. */
  readonly text: string;
}

export type Row = GoodRow | BadRow;

export function isBadRow(row: Row): row is BadRow {
  return 'reason' in row;
}
