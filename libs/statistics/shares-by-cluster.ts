/**
 * A share of cases that come in clusters, such as the weeks of one employee: ten weeks of one say less than a week each
 * of ten.
 */
import type { Interval } from './interval.ts';
import { type Share, wilson } from './shares.ts';
import { betaQuantile } from './special-functions.ts';

export interface ShareByCluster extends Share {
  readonly value: number;
  readonly clusters: number;
  /** Absent for fewer than two clusters: then nothing tells how much they differ. */
  readonly interval?: Interval;
}

/**
 * Wilson's interval at the number of independent cases that would vary as much as the clusters do (Korn and Graubard's
 * effective sample size, Survey Methodology 24, 1998, with their correction for few clusters; with Wilson's interval
 * after N. Dean and M. Pagano, Journal of Survey Statistics and Methodology 3, 2015). Where all cases are alike, each
 * cluster counts as one case.
 * @returns undefined without cases
 */
export function shareByCluster(clusters: readonly Share[]): ShareByCluster | undefined {
  const k = clusters.length;
  let part = 0;
  let n = 0;
  for (const one of clusters) {
    part += one.part;
    n += one.n;
  }
  if (n === 0) return undefined;
  const value = part / n;
  if (k < 2) return { part, n, value, clusters: k };
  // In an order of their own, so that the order of the clusters does not show in the last digit.
  const squares = Float64Array.from(clusters, (one) => (one.part - value * one.n) ** 2).sort();
  const variance = (squares.reduce((all, one) => all + one, 0) * k) / (k - 1) / (n * n);
  const isAlike = variance === 0 || value === 0 || value === 1;
  const asMany = isAlike
    ? k
    : ((value * (1 - value)) / variance) * (studentSquared(n - 1) / studentSquared(k - 1));
  const cases = Math.min(n, asMany);
  return { part, n, value, clusters: k, interval: wilson({ part: value * cases, n: cases }) };
}

/** The square of Student's t at 97.5 %. */
function studentSquared(degrees: number): number {
  // Beyond, it is the normal's, and the beta function's precision ends.
  if (degrees > 2_000) return 3.8415;
  const x = betaQuantile(0.95, 0.5, degrees / 2);
  return (degrees * x) / (1 - x);
}
