/**
 * What intervals and tails are made of. jStat's own precision: about 1e-7, and that only while the parameters stay
 * below some ten thousands, which is far more acts than one person has.
 */
import jstat from 'jstat';

const { jStat } = jstat;

/** I_x(a, b), the regularised incomplete beta function (DLMF 8.17.2). */
export function regularisedBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  return jStat.ibeta(x, a, b);
}

/** The x with I_x(a, b) = p. */
export function betaQuantile(p: number, a: number, b: number): number {
  return jStat.beta.inv(p, a, b);
}

/** P(a, x), the regularised lower incomplete gamma function (DLMF 8.2.4). */
export function regularisedGamma(a: number, x: number): number {
  return x <= 0 ? 0 : jStat.lowRegGamma(a, x);
}

/** The x with P(shape, x / scale) = p. */
export function gammaQuantile(p: number, shape: number, scale: number): number {
  return jStat.gamma.inv(p, shape, scale);
}

/** The z below which a standard normal falls with probability p. */
export function normalQuantile(p: number): number {
  return jStat.normal.inv(p, 0, 1);
}

/** The probability that a standard normal falls below z. */
export function normalBelow(z: number): number {
  return jStat.normal.cdf(z, 0, 1);
}
