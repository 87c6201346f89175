/** Short forms in which the views keep ids, dates and statuses. */

/** An act's status as stored, in the order of `REGISTER_STATUSES`. Reversed: nothing of it is left. */
export const ACCEPTED = 0;
export const DECLINED = 1;
export const REVERSED = 2;
export const PENDING_APPROVAL = 3;
export const RESERVED = 4;
export const REJECTED = 5;
export const EXPIRED = 6;
export const RELEASED = 7;

/** Joins the roles of one act to one word; a role has no control characters. */
export const ROLE_SEPARATOR = '\n';

/** Value of a lower-case hexadecimal digit by its code, -1 for other characters. */
const DIGIT = new Int8Array(128).fill(-1);
for (let digit = 0; digit < 16; digit++) DIGIT[digit.toString(16).charCodeAt(0)] = digit;
/** Where each of a UUID's 16 bytes begins in its text. */
const PLACES = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34] as const;
const DASH = '-'.charCodeAt(0);

/** A UUID as its 16 bytes; anything else, should it ever come, as it is. */
export function storedId(id: string): Uint8Array | string {
  if (id.length !== 36) return id;
  for (let at = 8; at <= 23; at += 5) if (id.charCodeAt(at) !== DASH) return id;
  const bytes = new Uint8Array(16);
  for (let byte = 0; byte < 16; byte++) {
    const place = PLACES[byte]!;
    const high = DIGIT[id.charCodeAt(place)] ?? -1;
    const low = DIGIT[id.charCodeAt(place + 1)] ?? -1;
    if (high === -1 || low === -1) return id;
    bytes[byte] = (high << 4) | low;
  }
  return bytes;
}

export function readId(stored: Uint8Array | string): string {
  if (typeof stored === 'string') return stored;
  const hex = Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** Acts of a day come one after the other. */
let lastDate = '';
let lastDay = 0;

/** `2026-11-21` as 20261121: sorts as dates do. */
export function storedDay(businessDate: string): number {
  if (businessDate === lastDate) return lastDay;
  const day = Number(businessDate.slice(0, 4) + businessDate.slice(5, 7) + businessDate.slice(8, 10));
  if (businessDate.length !== 10 || !Number.isInteger(day))
    throw new RangeError(`not a business date: ${businessDate}`);
  lastDate = businessDate;
  lastDay = day;
  return day;
}

export function readDay(day: number): string {
  const digits = String(day).padStart(8, '0');
  return `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}`;
}
