/** Who has not appended for the longest time is next, and nobody waits for who does not come. */
import { describe, expect, it } from '@jest/globals';
import { TakingTurns } from './taking-turns.ts';

/** Appends that take 5 ms make turns of 20. */
const TOOK_MS = 5;

function between(...seen: readonly (readonly [string, number])[]): TakingTurns {
  const turns = new TakingTurns();
  for (const [by, at] of seen) {
    if (by === 'us') turns.appended(at, TOOK_MS);
    else turns.saw(by, at);
  }
  return turns;
}

describe('taking turns', () => {
  it('costs nothing alone on a book', () => {
    expect(between(['us', 100], ['us', 110]).waitMs(111)).toBe(0);
  });

  it('lets each of the others append once before the next of our own', () => {
    const turns = between(['us', 0], ['b', 5], ['c', 10], ['us', 20]);
    expect(turns.waitMs(20)).toBe(40);
    turns.saw('b', 30);
    expect(turns.waitMs(30)).toBe(20);
    expect(turns.waitMs(44)).toBe(6);
    turns.saw('c', 45);
    expect(turns.waitMs(45)).toBe(0);
  });

  it('does not count the same one twice', () => {
    const turns = between(['us', 0], ['b', 5], ['c', 10], ['us', 20], ['b', 30], ['b', 40]);
    expect(turns.waitMs(40)).toBe(20);
  });

  it('ends a wait for one that does not come, and after two does not begin another until it comes', () => {
    const turns = between(['us', 0], ['b', 5], ['us', 10]);
    expect(turns.waitMs(29)).toBe(1);
    expect(turns.waitMs(30)).toBe(0);
    turns.waited(30);
    turns.appended(40, TOOK_MS);
    expect(turns.waitMs(40)).toBe(20);
    turns.waited(60);
    turns.appended(70, TOOK_MS);
    expect(turns.waitMs(70)).toBe(0);
    turns.saw('b', 80);
    turns.appended(90, TOOK_MS);
    expect(turns.waitMs(90)).toBe(20);
  });

  it('forgets who has not been seen for a second', () => {
    const turns = between(['us', 0], ['b', 5], ['us', 10]);
    expect(turns.waitMs(11)).toBeGreaterThan(0);
    turns.appended(1_006, TOOK_MS);
    expect(turns.waitMs(1_006)).toBe(0);
  });

  it('never waits long, however slow appends are', () => {
    const turns = between(['us', 0], ['b', 5]);
    for (let i = 0; i < 50; i++) turns.appended(10, 10_000);
    expect(turns.waitMs(10)).toBeLessThanOrEqual(100);
  });
});
