/** Aim: every formula gives what its source, or a count by hand, gives. */
import { describe, expect, it } from '@jest/globals';
import { benjaminiHochberg, benjaminiYekutieli } from './false-discoveries.ts';
import { meanOf, ratioOf } from './means.ts';
import { quantileInterval, quantileOf } from './quantiles.ts';
import {
  atLeastSoMany,
  atMostSoMany,
  binomialAtLeast,
  poissonAtLeast,
  rateModelOf,
  shrunkenRate,
} from './rates.ts';
import { differenceOfShares, wilson } from './shares.ts';
import { atLeastSuchPart, shareModelOf, shrunkenShare } from './shares-of-many.ts';
import { Survival } from './survival.ts';

const range = (length: number) => Array.from({ length }, (_, i) => i);
/** A histogram by day. */
function byDay(days: readonly number[]): number[] {
  const counts: number[] = range(Math.max(...days) + 1).fill(0);
  for (const day of days) counts[day]!++;
  return counts;
}

describe('a share', () => {
  it.each([
    // The examples of Newcombe, Statistics in Medicine 17 (1998) 857, table I, method 3.
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('of %d of %d has the interval of the book', (part, n, low, high) => {
    expect(wilson({ part, n }).low).toBeCloseTo(low, 4);
    expect(wilson({ part, n }).high).toBeCloseTo(high, 4);
  });

  it.each([
    // The examples of Newcombe, Statistics in Medicine 17 (1998) 873, table II, method 10.
    [56, 70, 48, 80, 0.0524, 0.3339],
    [9, 10, 3, 10, 0.1705, 0.809],
    [10, 10, 0, 20, 0.6791, 1],
  ])('less another, %d of %d and %d of %d, has the interval of the book', (a, m, b, n, low, high) => {
    const { interval } = differenceOfShares({ part: a, n: m }, { part: b, n });
    expect(interval.low).toBeCloseTo(low, 4);
    expect(interval.high).toBeCloseTo(high, 4);
  });

  it.each([
    [1, 0],
    [-1, 5],
    [6, 5],
    [Number.NaN, 5],
  ])('of %d of %d is none', (part, n) => {
    expect(() => wilson({ part, n })).toThrow(RangeError);
  });
});

describe('what happened by a day', () => {
  // Weeks in remission under 6-mercaptopurine: E. J. Freireich et al., Blood 21 (1963), as every textbook tells it.
  const events = byDay([6, 6, 6, 7, 10, 13, 16, 22, 23]);
  const censored = byDay([6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]);
  const survival = new Survival(events, censored);

  it.each([
    [5, 0, 21],
    [6, 0.143, 21],
    [7, 0.193, 17],
    [10, 0.247, 15],
    [13, 0.31, 12],
    [16, 0.373, 11],
    [22, 0.462, 7],
    [23, 0.552, 6],
    [35, 0.552, 1],
  ])('is as the textbook has it by week %d', (week, share, atRisk) => {
    const happened = survival.at(week)!;
    expect(happened.share).toBeCloseTo(share, 3);
    expect(happened.atRisk).toBe(atRisk);
    expect(happened.interval.low).toBeLessThanOrEqual(happened.share);
    expect(happened.interval.high).toBeGreaterThanOrEqual(happened.share);
  });

  it('is half of them by the median', () => {
    expect(survival.median()).toEqual({ day: 23, interval: { low: 13, high: null } });
  });

  it('is not known beyond the last day that anybody was watched', () => {
    expect(survival.at(36)).toBeUndefined();
    expect(new Survival([], []).at(0)).toBeUndefined();
    expect(new Survival([0, 3], []).at(90)).toMatchObject({ share: 1, events: 3 });
  });

  it('is a plain share with its own interval where all were watched to the end', () => {
    const happened = new Survival([0, 3, 2], [0, 0, 0, 0, 15]).at(3)!;
    expect(happened.share).toBeCloseTo(0.25, 12);
    expect(happened.interval.low).toBeCloseTo(wilson({ part: 5, n: 20 }).low, 12);
    expect(happened.interval.high).toBeCloseTo(wilson({ part: 5, n: 20 }).high, 12);
  });

  it('to nobody yet leaves open what those few will do who were watched so long', () => {
    const { share, interval } = new Survival([0], [0, 16, 0, 4]).at(3)!;
    expect(share).toBe(0);
    expect(interval.high).toBeCloseTo(wilson({ part: 0, n: 4 }).high, 12);
  });
});

describe('a quantile', () => {
  it('lies between its neighbours', () => {
    expect(quantileOf([1, 2, 3, 4], 0.5)).toBe(2.5);
    expect(quantileOf([7], 0.9)).toBe(7);
    expect(quantileOf(range(11), 0.9)).toBeCloseTo(9, 12);
  });

  it.each([
    // Conover's table for the median; the coverage of 6 is 1 - 2/64.
    [5, 0.5, undefined],
    [6, 0.5, { low: 0, high: 5 }],
    [20, 0.5, { low: 5, high: 14 }],
    [100, 0.5, { low: 39, high: 60 }],
    [35, 0.9, undefined],
    [36, 0.9, { low: 28, high: 35 }],
  ])('of %d cases at %d has the interval that the binomial gives', (n, p, interval) => {
    expect(quantileInterval(range(n), p)).toEqual(interval);
  });
});

describe('a mean', () => {
  it('of values that are all the same, or of few, has no interval', () => {
    expect(meanOf(new Array(50).fill(3), 'x')).toEqual({ value: 3 });
    expect(meanOf([1, 2, 3], 'x')).toEqual({ value: 2 });
    expect(meanOf([], 'x')).toBeUndefined();
    expect(ratioOf([1, 2], [0, 0], 'x')).toBeUndefined();
  });

  it('is the same again, and about the normal one where there is much', () => {
    const values = range(1_000).map((i) => (i * 7919) % 101);
    const mean = meanOf(values, 'x')!;
    expect(meanOf(values, 'x')).toEqual(mean);
    const more = meanOf([...values, ...values, ...values], 'x')!;
    expect(more.value).toBeCloseTo(mean.value, 10);
    const ratio = (mean.interval!.high - mean.interval!.low) / (more.interval!.high - more.interval!.low);
    expect(ratio).toBeGreaterThan(1.6);
    expect(ratio).toBeLessThan(1.9);
  });

  it('leans to where the amounts lean', () => {
    const values = [...new Array(45).fill(1), 20, 30, 40, 50, 200];
    const { value, interval } = meanOf(values, 'x')!;
    expect(interval!.high - value).toBeGreaterThan(2 * (value - interval!.low));
  });
});

describe('rates of many', () => {
  it('that differ no more than chance are one rate', () => {
    const counted = range(100).map((i) => ({ count: 9 + (i % 3), exposure: 10 }));
    expect(rateModelOf(counted)).toEqual({ rate: 0.999, shape: Number.POSITIVE_INFINITY });
    expect(shrunkenRate({ count: 40, exposure: 10 }, rateModelOf(counted))).toBe(0.999);
  });

  it('draw one towards all the more, the less was seen', () => {
    const model = { rate: 1, shape: 4 };
    expect(shrunkenRate({ count: 3, exposure: 1 }, model)).toBeCloseTo(7 / 5, 12);
    expect(shrunkenRate({ count: 300, exposure: 100 }, model)).toBeCloseTo(304 / 104, 12);
    expect(shrunkenRate({ count: 0, exposure: 0.001 }, model)).toBeCloseTo(1, 3);
  });

  it('have tails that add up', () => {
    expect(poissonAtLeast(3, 2)).toBeCloseTo(0.323324, 6);
    expect(binomialAtLeast(3, 10, 0.2)).toBeCloseTo(0.3222, 4);
    // Geometric: shape 1, P(X >= k) = (mean / (1 + mean))^k.
    expect(atLeastSoMany({ count: 5, exposure: 2 }, { rate: 1, shape: 1 })).toBeCloseTo((2 / 3) ** 5, 6);
    expect(atMostSoMany({ count: 4, exposure: 2 }, { rate: 1, shape: 1 })).toBeCloseTo(1 - (2 / 3) ** 5, 6);
    expect(atLeastSoMany({ count: 0, exposure: 2 }, { rate: 1, shape: 1 })).toBe(1);
  });

  it('cannot be made of nothing', () => {
    expect(() => rateModelOf([])).toThrow(RangeError);
    expect(() => shareModelOf([])).toThrow(RangeError);
  });
});

describe('shares of many', () => {
  it('that differ as a uniform makes them have the uniform behind them', () => {
    const { share, weight } = shareModelOf(range(21).map((part) => ({ part, n: 20 })));
    expect(share).toBe(0.5);
    expect(weight).toBeCloseTo(2, 0);
  });

  it('have tails that add up, also for many cases', () => {
    const uniform = { share: 0.5, weight: 2 };
    for (const part of [1, 10, 20])
      expect(atLeastSuchPart({ part, n: 20 }, uniform)).toBeCloseTo((21 - part) / 21, 10);
    expect(atLeastSuchPart({ part: 4_000, n: 5_000 }, uniform)).toBeCloseTo(1_001 / 5_001, 8);
    expect(atLeastSuchPart({ part: 0, n: 20 }, uniform)).toBe(1);
    const alike = { share: 0.2, weight: Number.POSITIVE_INFINITY };
    expect(atLeastSuchPart({ part: 3, n: 10 }, alike)).toBeCloseTo(0.3222, 4);
    expect(atLeastSuchPart({ part: 3, n: 10 }, { share: 0.2, weight: 1e7 })).toBeCloseTo(0.3222, 4);
  });

  it('draw one towards all', () => {
    expect(shrunkenShare({ part: 6, n: 6 }, { share: 0.5, weight: 6 })).toBe(0.75);
  });
});

describe('among many tests', () => {
  // Benjamini and Hochberg (1995), section 4: fifteen tests, of which four are discoveries at 0.05.
  const p = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528,
    0.759, 1,
  ];

  it('as many are discoveries as in the paper, in whatever order they come', () => {
    expect(benjaminiHochberg(p).filter((q) => q <= 0.05)).toHaveLength(4);
    const backwards = benjaminiHochberg(p.toReversed());
    expect([...backwards].toReversed()).toEqual([...benjaminiHochberg(p)]);
  });

  it('that depend on each other, fewer are', () => {
    expect(benjaminiYekutieli(p).filter((q) => q <= 0.05)).toHaveLength(3);
    expect(benjaminiHochberg([])).toHaveLength(0);
  });
});
