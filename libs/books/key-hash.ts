/**
 * Names derived from an idempotency key: the event's id, the act's id, and the number the key is indexed
 * under. Deterministic, so that a write repeated after an unknown result is recognised as the same.
 */
import { hash, randomUUID } from 'node:crypto';

export interface KeyHash {
  /** SHA-256 of book and key, hex. */
  readonly hex: string;
  /** Its first 52 bits: exact in a double and in SQLite. */
  readonly index: number;
}

const INDEX_DIGITS = 13;

export function hashKey(book: string, key: string): KeyHash {
  const hex = hash('sha256', `${book}\n${key}`, 'hex');
  return { hex, index: Number.parseInt(hex.slice(0, INDEX_DIGITS), 16) };
}

/** The id of the stored event, a UUIDv8 (RFC 9562). */
export function eventId(keyHash: KeyHash | undefined): string {
  if (keyHash === undefined) return randomUUID();
  const { hex } = keyHash;
  return `${hex.slice(20, 28)}-${hex.slice(28, 32)}-8${hex.slice(32, 35)}-a${hex.slice(35, 38)}-${hex.slice(38, 50)}`;
}

/** The id of the stored event by which an act ends by itself: the same in every process, since it ends but once. */
export function expiryId(book: string, { act }: { readonly act: string }): string {
  return eventId({ hex: hash('sha256', `${book}\n${act}\nexpired`, 'hex'), index: 0 });
}

/** The id of an act or reversal, a UUIDv7 (RFC 9562) whose random part begins with the key's index. */
export function timedId(keyHash: KeyHash, recordedAt: number): string {
  const { hex } = keyHash;
  const time = Math.max(0, recordedAt).toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8, 12)}-7${hex.slice(16, 19)}-8${hex.slice(0, 3)}-${hex.slice(3, 15)}`;
}

const TIMED_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-8([0-9a-f]{3})-([0-9a-f]{12})$/;

/** The number under which the key of the act with this id is indexed; undefined for what cannot be our id. */
export function indexOfId(id: string): number | undefined {
  const parts = TIMED_ID.exec(id);
  return parts === null ? undefined : Number.parseInt((parts[1]! + parts[2]!).slice(0, INDEX_DIGITS), 16);
}
