/**
 * Counts over exposures of many alike (acts of employees over their shifts), which vary more than chance alone: each
 * has a rate of its own, gamma distributed about the rate of all. Empirical Bayes: C. N. Morris, Journal of the American
 * Statistical Association 78 (1983); the counts are then negative binomial.
 */
import { regularisedBeta, regularisedGamma } from './special-functions.ts';

export interface Counted {
  readonly count: number;
  /** In what it was counted; above 0. */
  readonly exposure: number;
}

export interface RateModel {
  /** Of all together, per unit of exposure. */
  readonly rate: number;
  /** How alike they are: the gamma's shape. Infinity: no more different than chance makes them. */
  readonly shape: number;
}

/** Beyond it the gamma is as good as a point. */
const MOST_ALIKE = 1e6;

/**
 * By moments: the shape that gives the squared deviations that are seen, in units of what chance alone would give.
 * @throws RangeError when there is no exposure at all
 */
export function rateModelOf(counted: readonly Counted[]): RateModel {
  let counts = 0;
  let exposures = 0;
  for (const { count, exposure } of counted) {
    counts += count;
    exposures += exposure;
  }
  if (!(exposures > 0)) throw new RangeError('there is no exposure to make rates of');
  const rate = counts / exposures;
  let excess = 0;
  let squares = 0;
  for (const { count, exposure } of counted) {
    const expected = rate * exposure;
    excess += (count - expected) ** 2 - expected;
    squares += expected ** 2;
  }
  const shape = excess > 0 ? squares / excess : Number.POSITIVE_INFINITY;
  return { rate, shape: shape > MOST_ALIKE ? Number.POSITIVE_INFINITY : shape };
}

/** One's own rate, drawn towards the rate of all the more, the less was seen of it: the posterior mean. */
export function shrunkenRate({ count, exposure }: Counted, { rate, shape }: RateModel): number {
  if (shape === Number.POSITIVE_INFINITY || rate === 0) return rate;
  return (shape + count) / (shape / rate + exposure);
}

/** How likely it is that one of them has so many or more: the negative binomial's upper tail. */
export function atLeastSoMany({ count, exposure }: Counted, { rate, shape }: RateModel): number {
  if (count <= 0) return 1;
  const expected = rate * exposure;
  if (shape === Number.POSITIVE_INFINITY) return poissonAtLeast(count, expected);
  return regularisedBeta(expected / (expected + shape), count, shape);
}

/** How likely it is that one of them has so many or fewer. */
export function atMostSoMany({ count, exposure }: Counted, model: RateModel): number {
  return 1 - atLeastSoMany({ count: count + 1, exposure }, model);
}

/** P(X >= k) of a Poisson. */
export function poissonAtLeast(k: number, mean: number): number {
  return k <= 0 ? 1 : regularisedGamma(k, mean);
}

/** P(X >= k) of a binomial. */
export function binomialAtLeast(k: number, n: number, p: number): number {
  if (k <= 0) return 1;
  return k > n ? 0 : regularisedBeta(p, k, n - k + 1);
}
