/** The register of acts: what may be asked of it and how it answers. */
import type { Amounts, Kind, Mode, Trigger } from '../../domain/act/act.ts';
import type { Page } from '../page.ts';

/** A committed reservation is `accepted`. Views keep the place in this list: new ones go to its end. */
export const REGISTER_STATUSES = [
  'accepted',
  'declined',
  'reversed',
  'pending_approval',
  'reserved',
  'rejected',
  'expired',
  'released',
] as const;
/** `reversed`: nothing of an accepted act is left. An act reversed in part is still `accepted`. */
export type RegisterStatus = (typeof REGISTER_STATUSES)[number];

export interface RegisterFilters {
  readonly employee?: string;
  readonly location?: string;
  readonly customer?: string;
  readonly incident?: string;
  readonly kind?: Kind;
  readonly status?: RegisterStatus;
  /** Business dates, `YYYY-MM-DD`, both included. */
  readonly from?: string;
  readonly to?: string;
  /** 1 to `MAX_PAGE`; absent: `DEFAULT_PAGE`. */
  readonly limit?: number;
  /** From the page before; valid with the same filters only. */
  readonly cursor?: string;
}

export interface RegisterRow {
  readonly id: string;
  readonly position: number;
  readonly status: RegisterStatus;
  readonly mode: Mode;
  readonly kind: Kind;
  readonly trigger: Trigger;
  readonly employee: string;
  readonly location: string;
  readonly region: string | null;
  readonly customer: string | null;
  readonly incident: string | null;
  readonly campaign: string | null;
  readonly item: { readonly sku: string; readonly quantity: number } | null;
  /** What was given, is held, or was asked for and came to nothing; of a reservation, what was committed. */
  readonly amounts: Amounts;
  readonly reversed: Amounts;
  readonly reason: string | null;
  readonly note: string | null;
  readonly businessDate: string;
  /** Epoch milliseconds. */
  readonly occurredAt: number;
  /** Epoch milliseconds. */
  readonly recordedAt: number;
  /** Null: no policy was in force. */
  readonly policyVersion: number | null;
  /** Findings other than `within` on a recorded act. */
  readonly breaches: number;
  /** Ids of the guardrails that declined it; empty unless it was declined. */
  readonly declinedBy: readonly string[];
  /** When it falls due, epoch milliseconds; null unless it waits for approval or is reserved. */
  readonly expiresAt: number | null;
}

export type RegisterAnswer = Page<RegisterRow>;
