/** What an event makes of an act that was held for approval or reserved: its status and amounts from then on. */
import type { Amounts } from '../domain/act/act.ts';
import type { BookEvent } from '../domain/book/events.ts';
import { ACCEPTED, EXPIRED, REJECTED, RELEASED, RESERVED } from './stored-form.ts';

export interface Settling {
  readonly act: string;
  /** As stored. */
  readonly status: number;
  /** Of a commit: what was committed; otherwise the act's own. */
  readonly amounts: Amounts;
  /** Epoch ms; null: it is settled for good. */
  readonly expiresAt: number | null;
}

/** @returns undefined for an event that settles no act */
export function settlingOf(event: BookEvent): Settling | undefined {
  switch (event.type) {
    case 'ActApproved':
      return event.becomes === 'reserved' ? of(event, RESERVED, event.expiresAt) : of(event, ACCEPTED);
    case 'ActRejected':
      return of(event, REJECTED);
    case 'ActCommitted':
      return of(event, ACCEPTED);
    case 'ActReleased':
      return of(event, RELEASED);
    case 'ActExpired':
      return of(event, event.becomes === 'accepted' ? ACCEPTED : EXPIRED);
    default:
      return undefined;
  }
}

function of(
  { act, amounts }: { readonly act: string; readonly amounts: Amounts },
  status: number,
  expiresAt: number | null = null,
): Settling {
  return { act, status, amounts, expiresAt };
}
