/** Aim: concentration and shares by cluster are what their definitions give by hand. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { giniOf, LEAST_FOR_A_GINI, partOfLargest } from './concentration.ts';
import { wilson } from './shares.ts';
import { shareByCluster } from './shares-by-cluster.ts';

/** Half the mean difference between any two, over the mean: the definition, pair by pair. */
function byPairs(x: readonly number[]): number {
  let differences = 0;
  for (const one of x) for (const other of x) differences += Math.abs(one - other);
  return differences / (2 * x.length * x.reduce((sum, one) => sum + one, 0));
}
const figures = fc
  .array(fc.integer({ min: 0, max: 40 }), { minLength: 1, maxLength: 80 })
  .filter((x) => x.some((one) => one > 0));

describe('the Gini coefficient', () => {
  it('is half the relative mean difference', () => {
    fc.assert(fc.property(figures, (x) => expect(giniOf(x)!.value).toBeCloseTo(byPairs(x), 9)));
    expect(giniOf([3, 3, 3])!.value).toBeCloseTo(0, 12);
    expect(giniOf([0, 0, 0, 8])!.value).toBeCloseTo(0.75, 12);
    expect(giniOf([0, 0])).toBeUndefined();
    expect(giniOf([])).toBeUndefined();
  });

  it('has the interval of the jackknife, each left out in turn', () => {
    const x = Array.from({ length: LEAST_FOR_A_GINI }, (_, i) => (i * 7) % 23);
    const without = x.map((_, i) => byPairs(x.toSpliced(i, 1)));
    const mean = without.reduce((sum, one) => sum + one, 0) / x.length;
    const squares = without.reduce((sum, one) => sum + (one - mean) ** 2, 0);
    const spread = Math.sqrt((squares * (x.length - 1)) / x.length);
    const { value, interval } = giniOf(x)!;
    expect(interval!.low).toBeCloseTo(value - 1.959964 * spread, 6);
    expect(interval!.high).toBeCloseTo(value + 1.959964 * spread, 6);
    expect(giniOf(x.slice(1))!.interval).toBeUndefined();
  });
});

describe('the part of the largest', () => {
  it.each([
    [[5, 4, 0], 0.1, 5 / 9],
    [[1, 1, 1, 1, 1, 1, 1, 1, 1, 1], 0.1, 0.1],
    [[9, 1, 0, 0, 0, 0, 0, 0, 0, 0, 10], 0.1, 19 / 20],
  ])('of %j at %d', (x, share, part) => {
    expect(partOfLargest(x, share)).toBeCloseTo(part, 12);
    expect(partOfLargest(x.toReversed(), share)).toBeCloseTo(part, 12);
  });

  it('is none of nothing', () => {
    expect(partOfLargest([0, 0], 0.1)).toBeUndefined();
    expect(partOfLargest([], 0.1)).toBeUndefined();
  });
});

describe('a share of cases in clusters', () => {
  it('is that of its cases, with an interval no narrower than theirs', () => {
    const clusters = fc.array(
      fc
        .integer({ min: 1, max: 20 })
        .chain((n) => fc.record({ part: fc.integer({ min: 0, max: n }), n: fc.constant(n) })),
      { minLength: 2, maxLength: 40 },
    );
    fc.assert(
      fc.property(clusters, (of) => {
        const found = shareByCluster(of)!;
        const n = of.reduce((sum, one) => sum + one.n, 0);
        const part = of.reduce((sum, one) => sum + one.part, 0);
        expect(found).toMatchObject({ n, part, value: part / n, clusters: of.length });
        const plain = wilson({ part, n });
        expect(found.interval!.low).toBeLessThanOrEqual(plain.low + 1e-9);
        expect(found.interval!.high).toBeGreaterThanOrEqual(plain.high - 1e-9);
        expect(shareByCluster(of.toReversed())).toEqual(found);
      }),
    );
  });

  it('counts clusters that are each all or nothing as the cases they are', () => {
    const of = Array.from({ length: 400 }, (_, i) => ({ part: i < 100 ? 10 : 0, n: 10 }));
    const { interval } = shareByCluster(of)!;
    const alone = wilson({ part: 100, n: 400 });
    expect(interval!.low).toBeCloseTo(alone.low, 2);
    expect(interval!.high).toBeCloseTo(alone.high, 2);
  });

  it('is none without cases, and has no interval of one cluster', () => {
    expect(shareByCluster([])).toBeUndefined();
    expect(shareByCluster([{ part: 3, n: 9 }])).toEqual({ part: 3, n: 9, value: 1 / 3, clusters: 1 });
    expect(
      shareByCluster([
        { part: 0, n: 9 },
        { part: 0, n: 30 },
      ])!.interval,
    ).toEqual(wilson({ part: 0, n: 2 }));
  });
});
