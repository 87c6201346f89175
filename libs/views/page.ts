/** Pages of what a view found: what may be asked of any list, where a page begins, and what it is answered with. */
import { readCursor } from './cursor.ts';

export const DEFAULT_PAGE = 50;
export const MAX_PAGE = 500;

export interface PageAsked {
  /** 1 to `MAX_PAGE`; absent: `DEFAULT_PAGE`. */
  readonly pageSize?: number;
  /** From the page before; valid with the same filters only. */
  readonly cursor?: string;
}

export interface CursorInvalid {
  readonly ok: false;
  readonly code: 'cursor-invalid';
  readonly detail: string;
  readonly advice: string;
}
export type Findings<Row> =
  | {
      readonly ok: true;
      readonly rows: readonly Row[];
      /** Absent on the last page. */
      readonly nextCursor?: string;
    }
  | CursorInvalid;
export type Page<Row> = Findings<Row> & {
  /** Newest event of the book that the answer reflects; -1 while there is none. */
  readonly position: number;
};

export interface PageStart {
  readonly ok: true;
  readonly pageSize: number;
  /** The position that the cursor names; absent: the first page. */
  readonly after?: number;
}

/** @throws RangeError for a `pageSize` out of bounds */
export function pageStart(
  { pageSize = DEFAULT_PAGE, cursor }: PageAsked,
  search: readonly unknown[],
): PageStart | CursorInvalid {
  if (!Number.isInteger(pageSize) || pageSize < 1 || pageSize > MAX_PAGE)
    throw new RangeError(`pageSize must be a whole number from 1 to ${MAX_PAGE}`);
  if (cursor === undefined) return { ok: true, pageSize };
  const reading = readCursor(cursor, search);
  return reading.ok ? { ok: true, pageSize, after: reading.position } : cursorInvalid(reading.detail);
}

export function cursorInvalid(detail: string): CursorInvalid {
  const advice = 'Leave the cursor out to start from the newest, and send the same filters on every page.';
  return { ok: false, code: 'cursor-invalid', detail, advice };
}
