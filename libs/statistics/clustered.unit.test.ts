/**
 * Aim: with one case to a cluster everything is as for independent cases; a case that is told three times says no more
 * than once; and the tables of Student's t and a worked example of Welch's are met.
 */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { clusteredMedian, clusteredShare, squaresOverClusters } from './clustered.ts';
import { ClusteredSurvival } from './clustered-survival.ts';
import { differenceOfMeans, studentQuantile } from './mean-differences.ts';
import { Random } from './random.ts';
import { wilson } from './shares.ts';
import { Survival } from './survival.ts';

const cases = fc.array(
  fc.record({ day: fc.integer({ min: 0, max: 40 }), happened: fc.integer({ min: 0, max: 1 }) }),
  { minLength: 1, maxLength: 60 },
);
const columns = (all: readonly { day: number; happened: number }[]) =>
  [all.map(({ day }) => day), all.map(({ happened }) => happened)] as const;
function plain(all: readonly { day: number; happened: number }[]): Survival {
  const [events, censored] = [new Float64Array(41), new Float64Array(41)];
  for (const { day, happened } of all) (happened === 1 ? events : censored)[day]! += 1;
  return new Survival(events, censored);
}

describe('cases in clusters', () => {
  it('of one each are independent cases', () => {
    expect(clusteredShare([1, 0, 1, 1], [4, 1, 3, 2])).toEqual({
      value: 0.75,
      interval: wilson({ part: 3, n: 4 }),
    });
    fc.assert(
      fc.property(cases, (all) => {
        const [days, happened] = columns(all);
        const one = new ClusteredSurvival(days, happened, [...all.keys()]);
        const other = plain(all);
        for (const day of [0, 7, 30, 40]) expect(one.at(day)).toEqual(other.at(day));
        expect(one.median()).toEqual(other.median());
      }),
    );
  });

  it('that are told three times say hardly more than once', () => {
    const random = Random.of(1, 'thrice');
    const all = Array.from({ length: 80 }, () => ({
      day: random.below(40),
      happened: random.chance(0.6) ? 1 : 0,
    }));
    const [days, happened] = columns(all.flatMap((one) => [one, one, one]));
    const thrice = new ClusteredSurvival(
      days,
      happened,
      [...days.keys()].map((i) => Math.floor(i / 3)),
    );
    const [found, wanted] = [thrice.at(20)!, plain(all).at(20)!];
    expect(found.share).toBeCloseTo(wanted.share, 12);
    // But for the correction for the number of clusters: one in eighty.
    const width = (of: { interval: { low: number; high: number } }) => of.interval.high - of.interval.low;
    expect(width(found) / width(wanted)).toBeGreaterThan(0.99);
    expect(width(found) / width(wanted)).toBeLessThan(1.03);
    const holds = all.map((one) => one.happened);
    const share = clusteredShare(
      holds.flatMap((one) => [one, one, one]),
      [...days.keys()].map((i) => Math.floor(i / 3)),
    )!;
    expect(share.interval.low).toBeCloseTo(
      wilson({ part: holds.filter((one) => one === 1).length, n: 80 }).low,
      2,
    );
    const [once, more] = [all.map(({ day }) => day), days].map((values, at) =>
      clusteredMedian(
        values,
        at === 0 ? [...values.keys()] : [...values.keys()].map((i) => Math.floor(i / 3)),
      ),
    );
    expect(more!.value).toBe(once!.value);
    expect(Math.abs(more!.interval!.low - once!.interval!.low)).toBeLessThanOrEqual(2);
  });

  it('give a median between its bounds, and one without bounds for few clusters', () => {
    fc.assert(
      fc.property(cases, (all) => {
        const [days, happened] = columns(all);
        const median = new ClusteredSurvival(
          days,
          happened,
          [...all.keys()].map((i) => i >> 1),
        ).median();
        if (median === undefined) return;
        expect(median.interval.low).toBeLessThanOrEqual(median.day);
        expect(median.interval.high ?? Number.POSITIVE_INFINITY).toBeGreaterThanOrEqual(median.day);
      }),
    );
    expect(clusteredMedian([1, 2, 9], [1, 2, 3])).toEqual({ value: 2 });
    expect(clusteredMedian([], [])).toBeUndefined();
    expect(clusteredShare([], [])).toBeUndefined();
  });

  it('add up to the same whatever the order of clusters, and of cases within one', () => {
    const values = [0.1, 0.2, 0.3, 0.7, -0.4, 1e-9];
    expect(squaresOverClusters([0.7, 1e-9, -0.4, 0.3, 0.1, 0.2], [9, 9, 9, 1, 1, 1])).toBe(
      squaresOverClusters(values, [1, 1, 1, 9, 9, 9]),
    );
  });
});

describe('means of a few clusters', () => {
  it.each([
    [1, 12.706],
    [5, 2.571],
    [30, 2.042],
  ])('have Student’s t with %d degrees of freedom: %d', (freedom, t) => {
    expect(studentQuantile(freedom)).toBeCloseTo(t, 3);
  });

  it('differ as Welch’s t says', () => {
    // By hand: means 5 and 2, variances of the means 5/3/4 and 1/3; t(4.97...) × sqrt(0.75) on either side.
    const found = differenceOfMeans([3.5, 4.5, 5.5, 6.5], [1, 2, 3])!;
    const freedom = 0.75 ** 2 / ((5 / 12) ** 2 / 3 + (1 / 3) ** 2 / 2);
    expect(found.value).toBeCloseTo(3, 12);
    expect(found.interval.high - 3).toBeCloseTo(studentQuantile(freedom) * Math.sqrt(0.75), 9);
    expect(freedom).toBeCloseTo(4.959, 2);
    expect(found.interval.low).toBeCloseTo(3 - 2.577 * Math.sqrt(0.75), 2);
  });

  it('are not told of fewer than three, or of clusters that do not vary', () => {
    expect(differenceOfMeans([1, 2], [1, 2, 3])).toBeUndefined();
    expect(differenceOfMeans([1, 1, 1], [2, 2, 2])).toBeUndefined();
  });
});
