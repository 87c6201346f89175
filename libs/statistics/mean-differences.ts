/** The difference of the means of a few clusters, such as locations. */

import { TAIL } from './interval.ts';
import type { Difference } from './shares.ts';
import { betaQuantile } from './special-functions.ts';

/** Fewer on a side say nothing of how clusters vary. */
export const LEAST_CLUSTERS = 3;

/**
 * `a` less `b`, by B. L. Welch's t (Biometrika 34, 1947): the clusters of each side vary in their own way.
 * @returns undefined for fewer than `LEAST_CLUSTERS` on a side, or none that vary
 */
export function differenceOfMeans(a: readonly number[], b: readonly number[]): Difference | undefined {
  if (a.length < LEAST_CLUSTERS || b.length < LEAST_CLUSTERS) return undefined;
  const [ours, theirs] = [spreadOf(a), spreadOf(b)];
  const variance = ours.ofMean + theirs.ofMean;
  if (variance === 0) return undefined;
  const freedom = variance ** 2 / (ours.ofMean ** 2 / (a.length - 1) + theirs.ofMean ** 2 / (b.length - 1));
  const half = studentQuantile(freedom) * Math.sqrt(variance);
  const value = ours.mean - theirs.mean;
  return { value, interval: { low: value - half, high: value + half } };
}

export function spreadOf(values: readonly number[]): { readonly mean: number; readonly ofMean: number } {
  const inOrder = values.toSorted((x, y) => x - y);
  const mean = inOrder.reduce((x, y) => x + y, 0) / inOrder.length;
  const squares = inOrder.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, ofMean: squares / (inOrder.length - 1) / inOrder.length };
}

/** Student's t at 1 - `TAIL`: t² / (t² + f) is beta distributed (DLMF 8.17). */
export function studentQuantile(freedom: number): number {
  const x = betaQuantile(1 - 2 * TAIL, 0.5, freedom / 2);
  return Math.sqrt((x * freedom) / (1 - x));
}
