/** Aim: the tails are those of the distributions they are named by, also where they are too small for a number. */
import { describe, expect, it } from '@jest/globals';
import { atLeastSoMany, binomialAtLeast, poissonAtLeast } from './rates.ts';
import { atLeastSuchPart } from './shares-of-many.ts';
import { logAtLeastSoMany, logAtLeastSuchPart, logAtMostSoMany } from './tails.ts';

const INFINITE = Number.POSITIVE_INFINITY;

describe('the logarithm of a tail', () => {
  it.each([
    [3, 10, 0.1, INFINITE],
    [20, 20, 0.3, INFINITE],
    [9, 30, 0.05, 12.5],
    [1, 7, 0.01, 3],
    [40, 50, 0.2, 400],
  ])('of %d of %d at a share of %d and a weight of %d', (part, n, share, weight) => {
    const exact =
      weight === INFINITE ? binomialAtLeast(part, n, share) : atLeastSuchPart({ part, n }, { share, weight });
    expect(Math.exp(logAtLeastSuchPart(part, n, share, weight))).toBeCloseTo(exact, 6);
  });

  it.each([
    [12, 4, INFINITE],
    [3, 0.5, 2],
    [90, 30, 3],
    [5, 1, 0.4],
  ])('of %d where %d are likely and the shape is %d', (count, mean, shape) => {
    const exact =
      shape === INFINITE
        ? poissonAtLeast(count, mean)
        : atLeastSoMany({ count, exposure: 1 }, { rate: mean, shape });
    expect(Math.exp(logAtLeastSoMany(count, mean, shape))).toBeCloseTo(exact, 6);
  });

  it('goes on where the probability itself is none', () => {
    // 0.01 to the power of 500, as fractions of whole numbers would say it.
    expect(logAtLeastSuchPart(500, 500, 0.01, INFINITE)).toBeCloseTo(500 * Math.log(0.01), 8);
    expect(logAtLeastSuchPart(499, 500, 0.01, INFINITE)).toBeGreaterThan(500 * Math.log(0.01));
    expect(logAtLeastSoMany(2_000, 1, INFINITE)).toBeLessThan(-10_000);
  });

  it('of few is that of a Poisson, from none on', () => {
    expect(logAtMostSoMany(0, 7)).toBeCloseTo(-7, 12);
    expect(Math.exp(logAtMostSoMany(2, 4))).toBeCloseTo((1 + 4 + 8) * Math.exp(-4), 12);
  });

  it('is never too small where nothing is unusual', () => {
    for (const [part, n, share] of [
      [0, 10, 0.5],
      [5, 10, 0.5],
      [3, 10, 0.5],
    ] as const)
      expect(logAtLeastSuchPart(part, n, share, 9)).toBe(0);
    expect([logAtLeastSoMany(2, 2, 3), logAtMostSoMany(2, 2)]).toEqual([0, 0]);
    expect(logAtLeastSuchPart(1, 10, 0, 9)).toBe(Number.NEGATIVE_INFINITY);
  });

  it('adds up: all parts together are certain', () => {
    let sum = 0;
    for (let part = 1; part <= 12; part++) {
      const here = Math.exp(logAtLeastSuchPart(part, 12, 1e-9 + 0.05, 2));
      expect(here).toBeLessThanOrEqual(1);
      sum += here;
    }
    // The tails of a variable add up to its mean.
    expect(sum).toBeCloseTo(12 * 0.05, 6);
  });
});
