/**
 * Cases that come in clusters, such as the acts for one customer, are not independent: ten of them say less than ten.
 * The estimates stay as they are; their variance is that of the sums over clusters (K.-Y. Liang and S. L. Zeger,
 * Biometrika 73, 1986), and the interval is the one of as many independent cases as would vary as much.
 */
import { clamped, type Interval, Z } from './interval.ts';
import { quantileOf } from './quantiles.ts';
import { wilson } from './shares.ts';

/**
 * The squares of the sums over clusters, added up.
 * @param cluster equal ones stand together
 */
export function squaresOverClusters(values: ArrayLike<number>, cluster: ArrayLike<number>): number {
  const sums: number[] = [];
  const inOrder = Float64Array.from(values);
  for (let from = 0, to = 0; from < values.length; from = to) {
    while (to < values.length && cluster[to] === cluster[from]) to++;
    if (to - from > 2) inOrder.subarray(from, to).sort();
    let sum = 0;
    for (let i = from; i < to; i++) sum += inOrder[i]!;
    sums.push(sum);
  }
  // Both sums in an order of their own, so that the order of the cases does not show in the last digit.
  const squares = Float64Array.from(sums, (sum) => sum * sum).sort();
  return squares.reduce((all, square) => all + square, 0);
}

/** Sums over few clusters vary less about their own mean than about the true one. */
export function correction(n: number, clusters: number): number {
  return clusters > 1 && clusters < n ? clusters / (clusters - 1) : 1;
}

export function clustersOf(cluster: ArrayLike<number>): number {
  let clusters = 0;
  for (let i = 0; i < cluster.length; i++) if (i === 0 || cluster[i] !== cluster[i - 1]) clusters++;
  return clusters;
}

/** Wilson's interval of a share, at the number of independent cases with this variance; at most `n`. */
export function intervalAtVariance(share: number, variance: number, n: number, clusters: number): Interval {
  const inner = share > 0 && share < 1 && variance > 0;
  const cases = Math.min(n, inner ? (share * (1 - share)) / variance : clusters);
  return cases > 0 ? wilson({ part: share * cases, n: cases }) : { low: 0, high: 1 };
}

export interface ClusteredShare {
  readonly value: number;
  readonly interval: Interval;
}

/** The share of cases with `holds` 1. @returns undefined without cases */
export function clusteredShare(
  holds: ArrayLike<number>,
  cluster: ArrayLike<number>,
): ClusteredShare | undefined {
  const n = holds.length;
  if (n === 0) return undefined;
  let part = 0;
  for (let i = 0; i < n; i++) part += holds[i]!;
  const value = part / n;
  const rest = Float64Array.from({ length: n }, (_, i) => holds[i]! - value);
  const clusters = clustersOf(cluster);
  const variance = (squaresOverClusters(rest, cluster) * correction(n, clusters)) / (n * n);
  return { value, interval: intervalAtVariance(value, variance, n, clusters) };
}

/** Fewer clusters than this say nothing about a median. */
const LEAST_FOR_A_MEDIAN = 10;

/**
 * The median, and between which of the cases it may lie: the interval of the share below it, read off the sample
 * (R. S. Woodruff, Journal of the American Statistical Association 47, 1952).
 * @returns undefined without cases; no interval with too few clusters
 */
export function clusteredMedian(
  values: ArrayLike<number>,
  cluster: ArrayLike<number>,
): { readonly value: number; readonly interval?: Interval } | undefined {
  const n = values.length;
  if (n === 0) return undefined;
  const sorted = Float64Array.from(values).sort();
  const value = quantileOf(sorted, 0.5);
  const clusters = clustersOf(cluster);
  if (clusters < LEAST_FOR_A_MEDIAN) return { value };
  const rest = Float64Array.from({ length: n }, (_, i) => (values[i]! <= value ? 0.5 : -0.5));
  const half = (Z * Math.sqrt(squaresOverClusters(rest, cluster) * correction(n, clusters))) / n;
  const { low, high } = clamped({ low: 0.5 - half, high: 0.5 + half }, 0, 1);
  const at = (rank: number) => sorted[Math.min(n - 1, Math.max(0, Math.round(rank)))]!;
  return { value, interval: { low: at(low * n - 1), high: at(high * n) } };
}
