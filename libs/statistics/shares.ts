/** Shares: so many of so many. */
import { clamped, type Interval, Z } from './interval.ts';

export interface Share {
  /** How many of them; may be fractional where weights are at work. */
  readonly part: number;
  readonly n: number;
}

/**
 * Wilson's score interval (E. B. Wilson, Journal of the American Statistical Association 22, 1927), which holds the
 * truth about as often as it says also for few cases and for shares near 0 and 1.
 * @throws RangeError for n below or at 0, or a part that is not within 0 and n
 */
export function wilson({ part, n }: Share): Interval {
  if (!(n > 0) || !(part >= 0 && part <= n)) throw new RangeError(`${part} of ${n} is no share`);
  const p = part / n;
  const centre = p + (Z * Z) / (2 * n);
  const half = Z * Math.sqrt((p * (1 - p)) / n + (Z * Z) / (4 * n * n));
  const scale = 1 + (Z * Z) / n;
  return clamped({ low: (centre - half) / scale, high: (centre + half) / scale }, 0, 1);
}

export interface Difference {
  readonly value: number;
  readonly interval: Interval;
}

/**
 * `a` less `b`, two shares of different cases: the hybrid score interval, method 10 of R. G. Newcombe, Statistics in
 * Medicine 17 (1998), from Wilson's interval of each.
 */
export function differenceOfShares(a: Share, b: Share): Difference {
  return differenceFrom(
    { value: a.part / a.n, interval: wilson(a) },
    { value: b.part / b.n, interval: wilson(b) },
  );
}

/** The same for any two independent estimates with intervals of their own (the method of variance estimates recovery). */
export function differenceFrom(a: Difference, b: Difference): Difference {
  const value = a.value - b.value;
  const below = Math.hypot(a.value - a.interval.low, b.interval.high - b.value);
  const above = Math.hypot(a.interval.high - a.value, b.value - b.interval.low);
  return { value, interval: { low: value - below, high: value + above } };
}
