/** Who wins gives way to others that write, and waits for nobody where there is nobody. */
import { describe, expect, it } from '@jest/globals';
import { GivingWay } from './giving-way.ts';

describe('giving way', () => {
  it('costs nothing alone on a book', () => {
    const alone = new GivingWay(() => 0.5);
    for (let i = 0; i < 100; i++) alone.appended(20);
    expect(alone.pauseMs(0)).toBe(0);
    expect(alone.othersWrite(0)).toBe(false);
  });

  it('waits in proportion to an append, never the same time twice, and never long', () => {
    const dice = [0, 0.5, 0.999];
    const shared = new GivingWay(() => dice.shift() ?? 0);
    shared.appended(10);
    shared.sawOthers(1_000);
    const pauses = [shared.pauseMs(1_001), shared.pauseMs(1_002), shared.pauseMs(1_003)];
    expect(pauses[0]).toBeGreaterThan(10);
    expect(pauses[1]).toBeGreaterThan(pauses[0]!);
    expect(pauses[2]).toBeGreaterThan(pauses[1]!);
    for (let i = 0; i < 50; i++) shared.appended(10_000);
    expect(shared.pauseMs(1_004)).toBeLessThanOrEqual(100);
  });

  it('ends a second after the others were last seen', () => {
    const shared = new GivingWay(() => 0);
    shared.appended(10);
    shared.sawOthers(1_000);
    expect(shared.othersWrite(2_000)).toBe(true);
    expect(shared.othersWrite(2_001)).toBe(false);
    expect(shared.pauseMs(2_001)).toBe(0);
  });
});
