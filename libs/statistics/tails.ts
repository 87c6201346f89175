/**
 * Upper tails as natural logarithms: what is ranked by how unlikely it is must be told apart also where a probability
 * is too small for a number. Summed from the probability functions upwards, so that a small tail is as exact as a large.
 */

/** Terms this much smaller than their sum do not change it. */
const NEGLIGIBLE = 1e-17;

/**
 * ln P(X >= part) of a beta-binomial whose beta has the mean `share` and the parameters `weight` in all; infinite: a
 * binomial. A part at or below its mean is not unusual: 0, which is never too small.
 */
export function logAtLeastSuchPart(part: number, n: number, share: number, weight: number): number {
  if (part <= 0 || part <= n * share) return 0;
  if (share <= 0) return Number.NEGATIVE_INFINITY;
  const isPoint = weight === Number.POSITIVE_INFINITY;
  const a = isPoint ? share : share * weight;
  const b = isPoint ? 1 - share : (1 - share) * weight;
  const step = isPoint ? 0 : 1;
  let log = 0;
  for (let i = 0; i < part; i++) log += Math.log(((n - i) / (part - i)) * (a + step * i));
  for (let i = 0; i < n - part; i++) log += Math.log(b + step * i);
  for (let i = 0; i < n; i++) log -= Math.log(a + b + step * i);
  let term = 1;
  let sum = 1;
  for (let k = part; k < n && term > sum * NEGLIGIBLE; k++) {
    term *= ((n - k) / (k + 1)) * ((a + step * k) / (b + step * (n - k - 1)));
    sum += term;
  }
  return Math.min(0, log + Math.log(sum));
}

/**
 * ln P(X >= count) of a negative binomial with this mean and shape; infinite: a Poisson. At or below the mean: 0.
 */
export function logAtLeastSoMany(count: number, mean: number, shape: number): number {
  if (count <= 0 || count <= mean) return 0;
  if (mean <= 0) return Number.NEGATIVE_INFINITY;
  const isPoint = shape === Number.POSITIVE_INFINITY;
  // P(k) = P(0) · Π (shape + i) / (i + 1) · (mean / (mean + shape))
  const ratio = isPoint ? mean : mean / (mean + shape);
  const at = (i: number) => ((isPoint ? 1 : shape + i) / (i + 1)) * ratio;
  let log = isPoint ? -mean : -shape * Math.log1p(mean / shape);
  for (let i = 0; i < count; i++) log += Math.log(at(i));
  let term = 1;
  let sum = 1;
  for (let k = count; term > sum * NEGLIGIBLE; k++) {
    term *= at(k);
    sum += term;
  }
  return Math.min(0, log + Math.log(sum));
}

/** ln P(X <= count) of a Poisson. At or above the mean: 0. */
export function logAtMostSoMany(count: number, mean: number): number {
  if (count >= mean) return 0;
  let term = 1;
  let sum = 1;
  for (let k = 1; k <= count; k++) {
    term *= mean / k;
    sum += term;
  }
  return Math.min(0, Math.log(sum) - mean);
}
