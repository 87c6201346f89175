/**
 * Two arms within strata of cases that had the same chance to be in either: estimates within each stratum, averaged by
 * what the strata weigh. Pure; one case stands for one customer, so that cases are independent.
 */
import type { Interval } from '../../statistics/interval.ts';
import { LEAST_ROUNDS, meanOf, ROUNDS } from '../../statistics/means.ts';
import { type Difference, differenceFrom } from '../../statistics/shares.ts';
import { Following, LONG_DAYS, SHORT_DAYS } from './cases.ts';
import type { Compared } from './compare.ts';
import { survivalOf } from './figures.ts';
import type { Figure, Grade } from './outcome-metrics.ts';
import { minor, share } from './rounding.ts';

/** Fewer in an arm say nothing that an interval of half the scale would not say. */
export const LEAST_IN_AN_ARM = 10;

export interface Stratum {
  readonly weight: number;
  readonly first: Following;
  readonly second: Following;
}

/** Resamples of so many cases that all of them together take a moment: other reports wait meanwhile. */
export function roundsFor(cases: number): number {
  return Math.min(ROUNDS, Math.max(LEAST_ROUNDS, Math.floor(500_000 / cases)));
}

interface Known {
  readonly estimate: Difference;
  readonly n: number;
}

type Estimate = (following: Following, seed: string) => Known | undefined;

export interface Evidence {
  readonly grade: Grade;
  readonly causal: boolean;
  /** Why there is no return to look at, if nobody has told of any. */
  readonly untold?: string;
}

export function comparedFigures(strata: readonly Stratum[], evidence: Evidence) {
  return {
    returnWithin30Days: compared(strata, returnBy(SHORT_DAYS), share, evidence, 'return 30'),
    returnWithin90Days: compared(strata, returnBy(LONG_DAYS), share, evidence, 'return 90'),
    spendAfter30Days: compared(strata, spendBy(0), minor, evidence, 'spend 30'),
    spendAfter90Days: compared(strata, spendBy(1), minor, evidence, 'spend 90'),
  };
}

function returnBy(within: number): Estimate {
  return (following) => {
    if (following.length < LEAST_IN_AN_ARM) return undefined;
    const known = survivalOf(following).at(within);
    if (known === undefined) return undefined;
    return { estimate: { value: known.share, interval: known.interval }, n: following.length };
  };
}

function spendBy(which: 0 | 1): Estimate {
  return (following, seed) => {
    const within = which === 0 ? SHORT_DAYS : LONG_DAYS;
    const spent = following.spent[which].filter((_, i) => following.watched[i]! >= within);
    if (spent.length < LEAST_IN_AN_ARM) return undefined;
    const mean = meanOf(Float64Array.from(spent).sort(), seed, roundsFor(spent.length));
    if (mean?.interval === undefined) return undefined;
    return { estimate: { value: mean.value, interval: mean.interval }, n: spent.length };
  };
}

function compared(
  strata: readonly Stratum[],
  estimate: Estimate,
  round: (value: number) => number,
  { grade, causal, untold }: Evidence,
  name: string,
): Compared {
  const known = strata.flatMap((stratum, at) => {
    const first = estimate(stratum.first, `${name} first ${at}`);
    const second = estimate(stratum.second, `${name} second ${at}`);
    return first === undefined || second === undefined ? [] : [{ weight: stratum.weight, first, second }];
  });
  const n = {
    first: known.reduce((sum, { first }) => sum + first.n, 0),
    second: known.reduce((sum, { second }) => sum + second.n, 0),
  };
  if (untold !== undefined || known.length === 0) {
    const why = untold ?? `An arm has fewer than ${LEAST_IN_AN_ARM} cases that were watched that long.`;
    const none = { value: null, interval: null, grade, why };
    return {
      first: { ...none, n: n.first },
      second: { ...none, n: n.second },
      effect: { ...none, n, causal },
    };
  }
  const arm = (which: 'first' | 'second'): Figure => {
    const { value, interval } = average(known.map((one) => [one[which].estimate, one.weight]));
    return { value: round(value), n: n[which], interval: rounded(interval, round), grade };
  };
  const { value, interval } = average(
    known.map(({ first, second, weight }) => [differenceFrom(second.estimate, first.estimate), weight]),
  );
  const effect = { value: round(value), n, interval: rounded(interval, round), grade, causal };
  return { first: arm('first'), second: arm('second'), effect };
}

/** Distances to the bounds add up as variances do (G. Y. Zou and A. Donner, Statistics in Medicine 27, 2008). */
export function average(parts: readonly (readonly [Difference, number])[]): Difference {
  const total = parts.reduce((sum, [, weight]) => sum + weight, 0);
  let [value, below, above] = [0, 0, 0];
  for (const [part, weight] of parts) {
    const w = weight / total;
    value += w * part.value;
    below += (w * (part.value - part.interval.low)) ** 2;
    above += (w * (part.interval.high - part.value)) ** 2;
  }
  return { value, interval: { low: value - Math.sqrt(below), high: value + Math.sqrt(above) } };
}

function rounded({ low, high }: Interval, round: (value: number) => number) {
  return { low: round(low), high: round(high) };
}

export function censoredIn(followings: readonly Following[]) {
  const shorter = (within: number) =>
    followings.reduce((sum, { watched }) => sum + watched.filter((days) => days < within).length, 0);
  return { within30Days: shorter(SHORT_DAYS), within90Days: shorter(LONG_DAYS) };
}
