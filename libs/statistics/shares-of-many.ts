/**
 * Shares of many alike (of each employee's acts, those at the end of a shift), which differ more than chance alone:
 * each has a share of its own, beta distributed about the share of all; the counts are then beta-binomial. Empirical
 * Bayes as for rates; the moments are those of J. C. Kleinman, Journal of the American Statistical Association 68 (1973).
 */
import { binomialAtLeast } from './rates.ts';
import type { Share } from './shares.ts';

export interface ShareModel {
  /** Of all together. */
  readonly share: number;
  /** How alike they are: the two parameters of the beta added up. Infinity: no more different than chance makes them. */
  readonly weight: number;
}

const MOST_ALIKE = 1e6;

/** @throws RangeError when there is no case at all */
export function shareModelOf(shares: readonly Share[]): ShareModel {
  let parts = 0;
  let cases = 0;
  for (const { part, n } of shares) {
    parts += part;
    cases += n;
  }
  if (!(cases > 0)) throw new RangeError('there is no case to make shares of');
  const share = parts / cases;
  // E (part - n p)² = n p (1 - p) (1 + (n - 1) ρ), with ρ = 1 / (weight + 1).
  let excess = 0;
  let room = 0;
  for (const { part, n } of shares) {
    const chance = n * share * (1 - share);
    excess += (part - n * share) ** 2 - chance;
    room += chance * (n - 1);
  }
  const alike = excess > 0 && room > 0 ? Math.max(0, room / excess - 1) : Number.POSITIVE_INFINITY;
  return { share, weight: alike > MOST_ALIKE ? Number.POSITIVE_INFINITY : alike };
}

/** One's own share, drawn towards the share of all the more, the fewer cases there are: the posterior mean. */
export function shrunkenShare({ part, n }: Share, { share, weight }: ShareModel): number {
  return weight === Number.POSITIVE_INFINITY ? share : (weight * share + part) / (weight + n);
}

/** How likely it is that one of them has so many or more of n: the upper tail of the beta-binomial. */
export function atLeastSuchPart({ part, n }: Share, { share, weight }: ShareModel): number {
  if (part <= 0) return 1;
  if (weight === Number.POSITIVE_INFINITY || share === 0 || share === 1)
    return binomialAtLeast(part, n, share);
  const a = Math.max(share * weight, Number.MIN_VALUE);
  const b = Math.max((1 - share) * weight, Number.MIN_VALUE);
  // From P(X = n) downwards, as logarithms: P(X = k) / P(X = k + 1) = (k + 1) (b + n - k - 1) / ((n - k) (a + k)).
  let logarithm = 0;
  for (let i = 0; i < n; i++) logarithm += Math.log((a + i) / (a + b + i));
  let sum = Math.exp(logarithm);
  for (let k = n - 1; k >= part; k--) {
    logarithm += Math.log(((k + 1) * (b + n - k - 1)) / ((n - k) * (a + k)));
    sum += Math.exp(logarithm);
  }
  return Math.min(1, sum);
}
