/** What a bucket may hold beside what its limit allows: taken over from windows before, and adjusted by people. */
import type { Amounts, Measure } from '../act/act.ts';
import type { BucketReader } from './buckets.ts';
import { type CarriedTo, carriedOver } from './carry-over.ts';
import type { MeasureReceipt } from './events.ts';
import type { Past } from './in-force.ts';
import { NOTHING } from './timeline.ts';

/** A limit holds while used + reserved + asked ≤ allowed + carriedOver + adjusted. */
export interface BesideAllowed {
  readonly carriedOver: Amounts;
  /** Below zero where more was taken away than granted. */
  readonly adjusted: Amounts;
}

export const NOTHING_BESIDE: BesideAllowed = Object.freeze({ carriedOver: NOTHING, adjusted: NOTHING });

/** Of a bucket with a window of the calendar, a shift or a lifetime. Costs next to nothing without carry-over. */
export function effectiveAllowed(
  bucket: CarriedTo,
  id: string,
  usage: BucketReader,
  past: Past,
  now: number,
): BesideAllowed {
  const adjusted = usage.adjusted(id);
  if (bucket.limit.carryOver !== undefined) {
    return { carriedOver: carriedOver(bucket, usage, past, now), adjusted };
  }
  return adjusted === NOTHING ? NOTHING_BESIDE : { carriedOver: NOTHING, adjusted };
}

/** Of a rolling bucket: nothing is carried, and what was adjusted counts from its time on until it is as old as the window. */
export function effectiveInRolling(id: string, usage: BucketReader, from: number, to: number): BesideAllowed {
  const adjusted = usage.adjustedBetween(id, from, to);
  return adjusted === NOTHING ? NOTHING_BESIDE : { carriedOver: NOTHING, adjusted };
}

/** A receipt names what lies beside the allowed only where there is any. */
export function measureReceipt(
  measure: Measure,
  allowed: number,
  used: Amounts,
  reserved: number,
  beside: BesideAllowed,
): MeasureReceipt {
  const carried = beside.carriedOver[measure];
  const adjusted = beside.adjusted[measure];
  if (carried === 0 && adjusted === 0) return [allowed, used[measure], reserved];
  return [allowed, used[measure], reserved, carried, adjusted];
}

/** What may be used and reserved of a measure in all. */
export function allowedInAll(measure: Measure, allowed: number, beside: BesideAllowed): number {
  return allowed + beside.carriedOver[measure] + beside.adjusted[measure];
}
