/** What is left of a bucket: figures by measure, and when it starts again. */
import type { Amounts, Measure } from '../act/act.ts';
import { type BucketReader, ROLLING } from './buckets.ts';
import { allowedInAll, type BesideAllowed, effectiveAllowed, NOTHING_BESIDE } from './effective-allowed.ts';
import { bindingWindow, type Known } from './guardrails.ts';
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
 */
export function bucketLeft(usage: BucketReader, bucket: BucketAt, known: Known, at: number): BucketLeft {
  const { id, limit, window } = bucket;
  if (id === undefined) {
    return { window: { from: null, to: null }, measures: left(bucket, NOTHING, NOTHING_BESIDE) };
  }
  if (limit.window.every === 'rolling' && window.label === ROLLING) {
    const { durationMs } = limit.window;
    const bounds = Object.entries(limit.allow) as [Measure, number][];
    const { end, used, beside } = bindingWindow(usage, id, at, durationMs, bounds, NOTHING);
    return { window: { from: end - durationMs, to: end }, measures: left(bucket, used, beside) };
  }
  const beside = effectiveAllowed(bucket, id, usage, known.past, known.now);
  return {
    window: { from: window.from, to: window.to },
    measures: left(bucket, usage.used(id), beside),
  };
}

function left(
  { limit }: BucketAt,
  used: Amounts,
  beside: BesideAllowed,
): Partial<Record<Measure, MeasureLeft>> {
  const measures: Partial<Record<Measure, MeasureLeft>> = {};
  for (const [measure, allowed] of Object.entries(limit.allow) as [Measure, number][]) {
    measures[measure] = {
      allowed,
      carriedOver: beside.carriedOver[measure],
      adjusted: beside.adjusted[measure],
      used: used[measure],
      reserved: 0,
      remaining: allowedInAll(measure, allowed, beside) - used[measure],
    };
  }
  return measures;
}
