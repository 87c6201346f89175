/**
 * Where a page of a list ended. Opaque to callers; the same page has the same cursor always. It names
 * the search it belongs to, because continuing another search with it would skip rows silently.
 */

const VERSION = 1;
/** Longer than any cursor given out. */
const MAX_LENGTH = 128;

/** @param search all that makes it this search and no other; the page size may change from page to page */
export function writeCursor(position: number, search: readonly unknown[]): string {
  return Buffer.from(JSON.stringify([VERSION, position, searchMark(search)])).toString('base64url');
}

export type ReadCursor =
  | { readonly ok: true; readonly position: number }
  | { readonly ok: false; readonly detail: string };

export function readCursor(cursor: string, search: readonly unknown[]): ReadCursor {
  const unknown = { ok: false, detail: 'The cursor is not one this ledger gives out.' } as const;
  if (cursor.length === 0 || cursor.length > MAX_LENGTH) return unknown;
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return unknown;
  }
  if (!Array.isArray(parts) || parts.length !== 3) return unknown;
  const [version, position, mark] = parts as unknown[];
  if (version !== VERSION || !Number.isSafeInteger(position) || (position as number) < 0) return unknown;
  if (mark !== searchMark(search))
    return { ok: false, detail: 'The cursor belongs to a search with other filters.' };
  // Only the one spelling that was given out: two cursors for one place would be two pages in a cache.
  if (writeCursor(position as number, search) !== cursor) return unknown;
  return { ok: true, position: position as number };
}

/** A 32-bit FNV-1a hash of what is searched for. */
function searchMark(search: readonly unknown[]): number {
  const text = JSON.stringify(search);
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}
