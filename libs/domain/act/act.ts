/** Words of an act of goodwill: what a till may ask, and what the ledger makes of it. */

export const KINDS = ['comp', 'replacement', 'refund', 'credit', 'discount', 'gesture'] as const;
export type Kind = (typeof KINDS)[number];

export const TRIGGERS = ['recovery', 'delight'] as const;
export type Trigger = (typeof TRIGGERS)[number];

/**
 * `request` asks before the act and may be declined; `record` states what has already happened; `reserve` asks as
 * `request` does and keeps the value until it is committed, released, or its time to live is over.
 */
export const MODES = ['request', 'record', 'reserve'] as const;
export type Mode = (typeof MODES)[number];

/** What an act is at a moment. A committed reservation is an accepted act. */
export const ACT_STATUSES = [
  'accepted',
  'declined',
  'pending_approval',
  'reserved',
  'rejected',
  'expired',
  'released',
] as const;
export type ActStatus = (typeof ACT_STATUSES)[number];

/**
 * An act as it was posted, normalised only where two spellings mean the same: null and absent are both
 * absent, times are epoch milliseconds, `mode` and `item.quantity` carry their defaults. Two posts are "the
 * same content" exactly when these objects are equal.
 */
export interface AskedAct {
  readonly mode: Mode;
  readonly kind: Kind;
  readonly trigger: Trigger;
  readonly employee: string;
  readonly location: string;
  readonly customer?: string;
  readonly incident?: string;
  readonly campaign?: string;
  /** The shift's id, given by the POS; limits in a `shift` window count by it. */
  readonly shift?: string;
  /** Where the act was made: `till`, `phone`, `web`, … as the integrator names it. */
  readonly channel?: string;
  readonly item?: { readonly sku: string; readonly quantity: number };
  /** What the customer would have paid, in whole minor units of the book's currency. */
  readonly retailMinor?: number;
  /** What it costs the company, in whole minor units of the book's currency. */
  readonly costMinor?: number;
  /** Only a check: when given, it must be the book's currency. */
  readonly currency?: string;
  readonly reason?: string;
  readonly note?: string;
  /** When it happened, epoch milliseconds; absent means when the ledger learned of it. */
  readonly occurredAt?: number;
  /** Only with `reserve`: how long the value is kept. Absent: `TIME_TO_LIVE_MS`. */
  readonly timeToLiveMs?: number;
}

/** How long a reservation lasts that does not say. */
export const TIME_TO_LIVE_MS = 15 * 60_000;
export const SHORTEST_TIME_TO_LIVE_MS = 1000;
export const LONGEST_TIME_TO_LIVE_MS = 31 * 86_400_000;

/** What one act uses of a bucket. `count` is the item's quantity, or 1 without an item. */
export interface Amounts {
  readonly count: number;
  readonly costMinor: number;
  readonly retailMinor: number;
}

export const MEASURES = ['count', 'costMinor', 'retailMinor'] as const;
export type Measure = (typeof MEASURES)[number];
