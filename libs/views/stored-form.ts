/** Short forms in which the views keep ids, dates and statuses. */

/** An act's status as stored. Reversed: nothing of it is left. */
export const ACCEPTED = 0;
export const DECLINED = 1;
export const REVERSED = 2;

/** Joins the roles of one act to one word; a role has no control characters. */
export const ROLE_SEPARATOR = '\n';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** A UUID as its 16 bytes; anything else, should it ever come, as it is. */
export function storedId(id: string): Uint8Array | string {
  return UUID.test(id) ? Buffer.from(id.replaceAll('-', ''), 'hex') : id;
}

export function readId(stored: Uint8Array | string): string {
  if (typeof stored === 'string') return stored;
  const hex = Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** `2026-11-21` as 20261121: sorts as dates do. */
export function storedDay(businessDate: string): number {
  const day = Number(businessDate.slice(0, 4) + businessDate.slice(5, 7) + businessDate.slice(8, 10));
  if (businessDate.length !== 10 || !Number.isInteger(day))
    throw new RangeError(`not a business date: ${businessDate}`);
  return day;
}

export function readDay(day: number): string {
  const digits = String(day).padStart(8, '0');
  return `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}`;
}
