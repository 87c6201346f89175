/** Quantiles of a sample, and what they may be beyond it. */
import { type Interval, TAIL } from './interval.ts';
import { regularisedBeta } from './special-functions.ts';

/**
 * Type 7 of R. J. Hyndman and Y. Fan, The American Statistician 50 (1996): linear between the two nearest.
 * @param sorted ascending, at least one
 */
export function quantileOf(sorted: ArrayLike<number>, p: number): number {
  const at = (sorted.length - 1) * p;
  const below = Math.floor(at);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (high - low) * (at - below);
}

/**
 * Between which two of the sample the true quantile lies, whatever the distribution: how many fall below it is
 * binomial (W. J. Conover, Practical Nonparametric Statistics, 3.2).
 * @returns undefined when even the whole sample is too few for 95 %: below 6 for a median, below 36 for a p90
 */
export function quantileInterval(sorted: ArrayLike<number>, p: number): Interval | undefined {
  const n = sorted.length;
  /** The probability that at most k of n fall below the quantile. */
  const atMost = (k: number) => (k < 0 ? 0 : k >= n ? 1 : regularisedBeta(1 - p, n - k, k + 1));
  const low = largest(0, n, (k) => atMost(k - 1) <= TAIL);
  const high = smallest(0, n, (k) => atMost(k) >= 1 - TAIL) + 1;
  if (low < 1 || high > n) return undefined;
  return { low: sorted[low - 1]!, high: sorted[high - 1]! };
}

function largest(from: number, to: number, holds: (k: number) => boolean): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (holds(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}

function smallest(from: number, to: number, holds: (k: number) => boolean): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
