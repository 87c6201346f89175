/**
 * Aim: intervals hold the truth as often as they say, where the truth is known because it was drawn from. 4,000 books of
 * 40 to 200 cases each: the share of books that hold it is itself known to within 0.7 %.
 */
import { describe, expect, it } from '@jest/globals';
import type { Interval } from './interval.ts';
import { meanOf, ratioOf } from './means.ts';
import { quantileInterval } from './quantiles.ts';
import { Random } from './random.ts';
import { differenceOfShares, wilson } from './shares.ts';
import { Survival } from './survival.ts';

/** The share of books whose interval holds the truth. */
function held(books: number, truth: number, intervalOf: (random: Random) => Interval | undefined): number {
  let holding = 0;
  for (let book = 0; book < books; book++) {
    const interval = intervalOf(Random.of(17, 'book', book));
    if (interval !== undefined && interval.low <= truth && truth <= interval.high) holding++;
  }
  return holding / books;
}
const drawn = <T>(n: number, draw: () => T): T[] => Array.from({ length: n }, draw);
const successes = (random: Random, n: number, p: number) =>
  drawn(n, () => random.chance(p)).filter(Boolean).length;
const exponential = (random: Random, mean: number) => random.erlang(1, mean);

describe('95 % intervals hold the truth about 95 times in a hundred', () => {
  it.each([
    [0.05, 150],
    [0.35, 40],
    [0.8, 80],
  ])('of a share of %d of %d', (p, n) => {
    const share = held(4_000, p, (random) => wilson({ part: successes(random, n, p), n }));
    expect(share).toBeGreaterThan(0.93);
    expect(share).toBeLessThan(0.975);
  });

  it('of a difference of shares', () => {
    const share = held(
      4_000,
      0.1,
      (random) =>
        differenceOfShares(
          { part: successes(random, 120, 0.35), n: 120 },
          { part: successes(random, 90, 0.25), n: 90 },
        ).interval,
    );
    expect(share).toBeGreaterThan(0.93);
    expect(share).toBeLessThan(0.97);
  });

  it.each([
    [30, 0.25],
    [90, 0.6],
  ])('of what happened by day %d, when many were not watched so long', (day, truth) => {
    const mean = -day / Math.log(1 - truth);
    const share = held(4_000, truth, (random) => {
      const events = new Uint32Array(181);
      const censored = new Uint32Array(181);
      for (let i = 0; i < 150; i++) {
        const at = Math.ceil(exponential(random, mean));
        const watched = random.below(180);
        if (at <= watched) events[at]!++;
        else censored[watched]!++;
      }
      return new Survival(events, censored).at(day)?.interval;
    });
    expect(share).toBeGreaterThan(0.93);
    expect(share).toBeLessThan(0.97);
  });

  it('of the median until it happens', () => {
    const mean = 30 / Math.LN2;
    const share = held(4_000, 30, (random) => {
      const events = new Uint32Array(401);
      const censored = new Uint32Array(401);
      for (let i = 0; i < 100; i++) {
        const at = Math.ceil(exponential(random, mean));
        const watched = 60 + random.below(120);
        if (at <= watched) events[at]!++;
        else censored[watched]!++;
      }
      const interval = new Survival(events, censored).median()?.interval;
      return interval && { low: interval.low, high: interval.high ?? Number.POSITIVE_INFINITY };
    });
    expect(share).toBeGreaterThan(0.93);
    expect(share).toBeLessThan(0.98);
  });

  it.each([0.5, 0.9])('of the quantile %d', (p) => {
    const share = held(4_000, -Math.log(1 - p) * 20, (random) => {
      const sorted = drawn(120, () => exponential(random, 20)).sort((a, b) => a - b);
      return quantileInterval(sorted, p);
    });
    expect(share).toBeGreaterThan(0.945);
    expect(share).toBeLessThan(0.98);
  });

  it('of a mean of amounts that lean to one side', () => {
    const share = held(600, 24, (random) => {
      const values = drawn(60, () => (random.chance(0.4) ? exponential(random, 60) : 0));
      return meanOf(values, 'mean')?.interval;
    });
    expect(share).toBeGreaterThan(0.92);
    expect(share).toBeLessThan(0.975);
  });

  it('of a ratio', () => {
    const share = held(600, 2, (random) => {
      const customers = drawn(80, () => 1 + random.below(3));
      const costs = customers.map((n) => n * exponential(random, 2));
      return ratioOf(costs, customers, 'ratio')?.interval;
    });
    expect(share).toBeGreaterThan(0.92);
    expect(share).toBeLessThan(0.975);
  });
});
