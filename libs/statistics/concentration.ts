/** How unevenly something is spread over those who could have had a part in it. */
import { clamped, type Interval, Z } from './interval.ts';

/** Below so many the jackknife promises more than it holds (`intervals-of-use-cover.long.test.ts`). */
export const LEAST_FOR_A_GINI = 50;

export interface Concentration {
  /** 0: all the same; towards 1: all of it with one. */
  readonly value: number;
  /** Absent below `LEAST_FOR_A_GINI`. */
  readonly interval?: Interval;
}

/**
 * Gini's coefficient of figures that are not below 0, those of 0 among them, as half the relative mean difference. Its
 * interval is that of the jackknife, each left out in turn in one pass over the sorted figures (T. Ogwang, Oxford
 * Bulletin of Economics and Statistics 62, 2000).
 * @returns undefined where there is nothing to be spread
 */
export function giniOf(figures: ArrayLike<number>): Concentration | undefined {
  const x = Float64Array.from(figures).sort();
  const n = x.length;
  let sum = 0;
  let ranked = 0;
  for (let i = 0; i < n; i++) {
    sum += x[i]!;
    ranked += (i + 1) * x[i]!;
  }
  if (sum === 0) return undefined;
  const value = coefficient(n, sum, ranked);
  if (n < LEAST_FOR_A_GINI) return { value };
  const without = new Float64Array(n);
  let mean = 0;
  let above = sum;
  for (let i = 0; i < n; i++) {
    above -= x[i]!;
    // Those above move down by one rank.
    without[i] = coefficient(n - 1, sum - x[i]!, ranked - (i + 1) * x[i]! - above);
    mean += without[i]! / n;
  }
  let squares = 0;
  for (const one of without) squares += (one - mean) ** 2;
  const spread = Math.sqrt((squares * (n - 1)) / n);
  return { value, interval: clamped({ low: value - Z * spread, high: value + Z * spread }, 0, 1) };
}

function coefficient(n: number, sum: number, ranked: number): number {
  return sum === 0 ? 0 : (2 * ranked) / (n * sum) - (n + 1) / n;
}

/**
 * The part that the largest `share` of them, at least one, have of all.
 * @returns undefined where there is nothing to be spread
 */
export function partOfLargest(figures: ArrayLike<number>, share: number): number | undefined {
  const x = Float64Array.from(figures).sort();
  const sum = x.reduce((all, one) => all + one, 0);
  if (sum === 0) return undefined;
  const largest = x.subarray(x.length - Math.max(1, Math.ceil(x.length * share)));
  return largest.reduce((all, one) => all + one, 0) / sum;
}
