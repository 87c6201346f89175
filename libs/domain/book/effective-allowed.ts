/**
 * How a bucket stands: what of it is used and reserved, and what it may hold beside what its limit allows, taken over
 * from windows before and adjusted by people.
 */
import type { Amounts, Measure } from '../act/act.ts';
import type { BucketReader } from './buckets.ts';
import type { MeasureReceipt } from './events.ts';
import type { Past } from './in-force.ts';
import { NOTHING } from './timeline.ts';

/** A limit holds while used + reserved + asked ≤ allowed + carriedOver + adjusted. */
export interface BesideAllowed {
  readonly carriedOver: Amounts;
  /** Below zero where more was taken away than granted. */
  readonly adjusted: Amounts;
}

export interface BucketStands {
  readonly used: Amounts;
  readonly reserved: Amounts;
  readonly beside: BesideAllowed;
}

const NOTHING_BESIDE: BesideAllowed = Object.freeze({ carriedOver: NOTHING, adjusted: NOTHING });
/** Of a window without memory. */
export const EMPTY: BucketStands = Object.freeze({
  used: NOTHING,
  reserved: NOTHING,
  beside: NOTHING_BESIDE,
});

/** What a book knows beside its buckets: carry-over depends on it. */
export interface Known {
  readonly past: Past;
  /** Of the decision, epoch ms. */
  readonly now: number;
}

/**
 * A bucket with a window of the calendar, a shift or a lifetime.
 * @param carried into it
 */
export function standsIn(id: string, usage: BucketReader, carried: Amounts): BucketStands {
  return {
    used: usage.used(id),
    reserved: usage.reserved(id),
    beside: besideOf(carried, usage.adjusted(id)),
  };
}

/** Where a rolling bucket was looked at. */
export interface RollingStands extends BucketStands {
  /** Epoch ms, included. */
  readonly end: number;
}

/** A rolling bucket in `(from, end]`: what was adjusted counts from its time on, until it is as old as the window. */
export function standsInRolling(id: string, usage: BucketReader, from: number, end: number): RollingStands {
  return {
    used: usage.usedBetween(id, from, end),
    reserved: usage.reservedBetween(id, from, end),
    beside: besideOf(NOTHING, usage.adjustedBetween(id, from, end)),
    end,
  };
}

function besideOf(carried: Amounts, adjusted: Amounts): BesideAllowed {
  return carried === NOTHING && adjusted === NOTHING ? NOTHING_BESIDE : { carriedOver: carried, adjusted };
}

/** A receipt names what lies beside the allowed only where there is any. */
export function measureReceipt(
  measure: Measure,
  allowed: number,
  { used, reserved, beside }: BucketStands,
): MeasureReceipt {
  const carried = beside.carriedOver[measure];
  const adjusted = beside.adjusted[measure];
  if (carried === 0 && adjusted === 0) return [allowed, used[measure], reserved[measure]];
  return [allowed, used[measure], reserved[measure], carried, adjusted];
}

/** What is left of a measure: below zero after acts recorded beyond the limit. */
export function remainingOf(measure: Measure, allowed: number, stands: BucketStands): number {
  const { used, reserved, beside } = stands;
  const inAll = allowed + beside.carriedOver[measure] + beside.adjusted[measure];
  return inAll - used[measure] - reserved[measure];
}
