/** Where a page of incidents or outcomes begins. */
import { readCursorFor } from '../register/cursor.ts';
import { type CursorInvalid, DEFAULT_PAGE, MAX_PAGE } from './facts.ts';

export interface PageStart {
  readonly ok: true;
  readonly pageSize: number;
  /** The position that the cursor names; absent: the first page. */
  readonly after?: number;
}

/** @throws RangeError for a `pageSize` out of bounds */
export function pageStart(
  { pageSize = DEFAULT_PAGE, cursor }: { readonly pageSize?: number; readonly cursor?: string },
  search: readonly unknown[],
): PageStart | CursorInvalid {
  if (!Number.isInteger(pageSize) || pageSize < 1 || pageSize > MAX_PAGE)
    throw new RangeError(`pageSize must be a whole number from 1 to ${MAX_PAGE}`);
  if (cursor === undefined) return { ok: true, pageSize };
  const reading = readCursorFor(cursor, search);
  return reading.ok ? { ok: true, pageSize, after: reading.position } : cursorInvalid(reading.detail);
}

export function cursorInvalid(detail: string): CursorInvalid {
  const advice = 'Leave the cursor out to start from the newest, and send the same filters on every page.';
  return { ok: false, code: 'cursor-invalid', detail, advice };
}
