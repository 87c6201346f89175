/** Aim: the intervals of concentration, and of shares in clusters, hold the truth about as often as they say. */
import { describe, expect, it } from '@jest/globals';
import { giniOf } from './concentration.ts';
import type { Interval } from './interval.ts';
import { Random } from './random.ts';
import { shareByCluster } from './shares-by-cluster.ts';

const BOOKS = 3_000;

function held(truth: number, intervalOf: (random: Random) => Interval | undefined): number {
  let holding = 0;
  for (let book = 0; book < BOOKS; book++) {
    const interval = intervalOf(Random.of(29, 'book', book));
    if (interval !== undefined && interval.low <= truth && truth <= interval.high) holding++;
  }
  return holding / BOOKS;
}

describe('95 % intervals', () => {
  it.each([
    [50, 10, 1],
    [100, 8, 1],
    [200, 20, 2],
  ])('of the Gini coefficient over %d employees who give %d times', (n, mean, dispersion) => {
    const acts = (random: Random, many: number) =>
      Array.from({ length: many }, () => random.negativeBinomial(mean, dispersion));
    const truth = giniOf(acts(Random.of(1, 'truth'), 400_000))!.value;
    const share = held(truth, (random) => giniOf(acts(random, n))!.interval);
    expect(share).toBeGreaterThan(0.925);
    expect(share).toBeLessThan(0.97);
  });

  it.each([
    [10, 26, 1, 3],
    [40, 52, 1, 1],
    [40, 4, 2, 8],
    [200, 8, 1, 4],
  ])('of a share over %d employees of about %d windows each', (employees, windows, used, unused) => {
    const share = held(used / (used + unused), (random) => {
      const clusters = Array.from({ length: employees }, () => {
        const x = random.erlang(used, 1);
        const ownShare = x / (x + random.erlang(unused, 1));
        const n = 1 + random.below(2 * windows - 1);
        let part = 0;
        for (let i = 0; i < n; i++) if (random.chance(ownShare)) part++;
        return { part, n };
      });
      return shareByCluster(clusters)!.interval;
    });
    expect(share).toBeGreaterThan(0.92);
    expect(share).toBeLessThan(0.98);
  });
});
