/** Means and ratios of sums, of amounts that lean far to one side, as money does. */
import { type Interval, TAIL, Z } from './interval.ts';
import { quantileOf } from './quantiles.ts';
import { Random } from './random.ts';

/** Below so many the interval would promise more than it holds. */
export const LEAST_FOR_A_MEAN = 10;
/** Above so many the normal distribution is as good, and the time is better spent elsewhere. */
const MOST_TO_RESAMPLE = 2_000;
/** Resamples when there is time, and the least that an interval may rest on. */
export const ROUNDS = 999;
export const LEAST_ROUNDS = 199;

export interface Estimate {
  readonly value: number;
  /** Absent when there are too few, or all are the same: then the sample says nothing of how they vary. */
  readonly interval?: Interval;
}

/** @param seed names the figure, so that the same facts give the same interval */
export function meanOf(values: ArrayLike<number>, seed: string, rounds = ROUNDS): Estimate | undefined {
  return ratioOf(values, new Uint8Array(values.length).fill(1), seed, rounds);
}

/**
 * The sum of one column over the sum of another, such as cost over returning customers: the bootstrap-t, which
 * resamples the cases and weighs each resample by its own spread (B. Efron and R. J. Tibshirani, An Introduction to
 * the Bootstrap, 12.5), with the linearised variance of a ratio (W. G. Cochran, Sampling Techniques, 2.11).
 * @returns undefined when there is nothing to divide by
 */
export function ratioOf(
  numerators: ArrayLike<number>,
  denominators: ArrayLike<number>,
  seed: string,
  rounds = ROUNDS,
): Estimate | undefined {
  const n = numerators.length;
  const x = Float64Array.from(numerators);
  const y = Float64Array.from(denominators);
  const all = Uint32Array.from(x, (_, i) => i);
  const whole = ratioWithin(x, y, all);
  if (whole === undefined) return undefined;
  const { value, spread } = whole;
  if (n < LEAST_FOR_A_MEAN || spread === 0) return { value };
  if (n > MOST_TO_RESAMPLE) return { value, interval: { low: value - Z * spread, high: value + Z * spread } };
  const random = Random.of(seed, 'bootstrap', n);
  const drawn = new Uint32Array(n);
  const steps: number[] = [];
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < n; i++) drawn[i] = random.below(n);
    const again = ratioWithin(x, y, drawn);
    if (again !== undefined && again.spread > 0) steps.push((again.value - value) / again.spread);
  }
  if (steps.length < rounds / 2) return { value };
  steps.sort((a, b) => a - b);
  return {
    value,
    interval: {
      low: value - quantileOf(steps, 1 - TAIL) * spread,
      high: value - quantileOf(steps, TAIL) * spread,
    },
  };
}

function ratioWithin(
  x: Float64Array,
  y: Float64Array,
  cases: Uint32Array,
): { readonly value: number; readonly spread: number } | undefined {
  const n = cases.length;
  let above = 0;
  let below = 0;
  for (let i = 0; i < n; i++) {
    above += x[cases[i]!]!;
    below += y[cases[i]!]!;
  }
  if (below === 0) return undefined;
  const value = above / below;
  let squares = 0;
  for (let i = 0; i < n; i++) {
    const rest = x[cases[i]!]! - value * y[cases[i]!]!;
    squares += rest * rest;
  }
  const spread = n < 2 ? 0 : Math.sqrt((squares * n) / (n - 1)) / Math.abs(below);
  return { value, spread };
}
