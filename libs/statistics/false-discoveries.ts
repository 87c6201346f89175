/** Who looks at many things finds unusual ones among them by chance. */

/**
 * q-values: the share of false discoveries to expect among all that are at least as unusual (Y. Benjamini and
 * Y. Hochberg, Journal of the Royal Statistical Society B 57, 1995), for independent or positively dependent tests.
 * @param p a p-value for each test, also of those that found nothing
 */
export function benjaminiHochberg(p: ArrayLike<number>): Float64Array {
  return stepUp(p, 1);
}

/** The same for tests that depend on each other in any way (Y. Benjamini and D. Yekutieli, Annals of Statistics 29, 2001). */
export function benjaminiYekutieli(p: ArrayLike<number>): Float64Array {
  let harmonic = 0;
  for (let i = 1; i <= p.length; i++) harmonic += 1 / i;
  return stepUp(p, harmonic);
}

function stepUp(p: ArrayLike<number>, factor: number): Float64Array {
  const n = p.length;
  const order = Uint32Array.from({ length: n }, (_, i) => i).sort((a, b) => p[a]! - p[b]! || a - b);
  const q = new Float64Array(n);
  let least = 1;
  for (let rank = n; rank > 0; rank--) {
    const at = order[rank - 1]!;
    least = Math.min(least, (p[at]! * n * factor) / rank);
    q[at] = least;
  }
  return q;
}
