/** What is left of a bucket: figures by measure, in the window that leaves the least. */
import type { Amounts, Measure } from '../act/act.ts';
import { boundsOf } from '../policy/compile.ts';
import { type BucketReader, ROLLING } from './buckets.ts';
import { carriedOver } from './carry-over.ts';
import { type BucketStands, EMPTY, type Known, remainingOf, standsIn } from './effective-allowed.ts';
import { bindingWindow } from './guardrails.ts';
import type { BucketAt } from './named-bucket.ts';
import { NOTHING } from './timeline.ts';

export interface MeasureLeft {
  readonly allowed: number;
  readonly carriedOver: number;
  readonly adjusted: number;
  readonly used: number;
  readonly reserved: number;
  /** Negative after acts recorded beyond the limit. */
  readonly remaining: number;
}

export interface BucketLeft {
  /** Epoch ms. */
  readonly window: { readonly from: number | null; readonly to: number | null };
  readonly measures: Readonly<Partial<Record<Measure, MeasureLeft>>>;
}

/**
 * @param at epoch ms: where a rolling window is looked at; of all that contain it the one with the least room is told
 * @param taking what is to be taken out of it: the one that leaves that the least room; absent: as it stands
 */
export function bucketLeft(
  usage: BucketReader,
  bucket: BucketAt,
  known: Known,
  at: number,
  taking: Amounts = NOTHING,
): BucketLeft {
  const { id, limit, window } = bucket;
  if (id === undefined) return { window: { from: null, to: null }, measures: left(bucket, EMPTY) };
  if (limit.window.every === 'rolling' && window.label === ROLLING) {
    const { durationMs } = limit.window;
    const binding = bindingWindow(usage, id, at, durationMs, boundsOf(limit), taking);
    return {
      window: { from: binding.end - durationMs, to: binding.end },
      measures: left(bucket, binding),
    };
  }
  return {
    window: { from: window.from, to: window.to },
    measures: left(bucket, standsIn(id, usage, carriedOver(bucket, usage, known.past, known.now))),
  };
}

function left({ limit }: BucketAt, stands: BucketStands): Partial<Record<Measure, MeasureLeft>> {
  const measures: Partial<Record<Measure, MeasureLeft>> = {};
  for (const [measure, allowed] of Object.entries(limit.allow) as [Measure, number][]) {
    measures[measure] = {
      allowed,
      carriedOver: stands.beside.carriedOver[measure],
      adjusted: stands.beside.adjusted[measure],
      used: stands.used[measure],
      reserved: stands.reserved[measure],
      remaining: remainingOf(measure, allowed, stands),
    };
  }
  return measures;
}
