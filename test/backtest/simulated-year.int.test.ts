/**
 * Aim: over a simulated year with every kind of window, clock changes and late acts, a backtest under the version that
 * was in force gives back the recorded decisions byte for byte, and under another exactly what a book under that version
 * would have recorded.
 */
import { describe, expect, it } from '@jest/globals';
import { type BookEvent, isDecision } from '../../libs/domain/book/events.ts';
import { EVERY_WINDOW, TRIED } from './every-window.ts';
import { packedAndBack, replay, storedText, withoutKey } from './replay.ts';
import { BOOK, simulatedHistory } from './simulated-history.ts';

const CHAIN = {
  seed: 11,
  stores: 4,
  staffPerStore: 8,
  from: '2026-01-01',
  days: 366,
  timeZones: ['Europe/London', 'America/New_York'],
};

function year(options: Omit<Parameters<typeof simulatedHistory>[0], 'chain'>): BookEvent[] {
  return [...simulatedHistory({ chain: CHAIN, ...options })];
}

function bitten(events: readonly BookEvent[]): Set<string> {
  const names = events.flatMap((event) =>
    isDecision(event)
      ? event.guardrails.flatMap((receipt) =>
          receipt.finding !== 'within' && 'limit' in receipt ? [receipt.limit] : [],
        )
      : [],
  );
  return new Set(names);
}

describe('a simulated year', () => {
  it('is given back byte for byte under the version that was in force', () => {
    const events = year({ policy: EVERY_WINDOW, reversed: 0.03 });
    const { became, recorded } = replay(BOOK, events, 1, EVERY_WINDOW);
    expect(recorded.length).toBeGreaterThan(10_000);
    expect(events.filter(({ type }) => type === 'ActReversed').length).toBeGreaterThan(100);
    // A limit that never bites would prove nothing about its window.
    expect([...bitten(events)].sort()).toEqual(EVERY_WINDOW.limits.map(({ id }) => id).sort());
    expect(became).toEqual(recorded);
    const packed = replay(BOOK, events, 1, EVERY_WINDOW, packedAndBack).became;
    expect(packed.map(withoutKey)).toEqual(recorded.map(withoutKey));
  }, 60_000);

  it('equals, under another version, the year of a book under that version', () => {
    const events = year({ policy: EVERY_WINDOW, drafts: [TRIED], reversed: 0 });
    const { became, recorded } = replay(BOOK, events, 1, TRIED);
    const expected = year({ policy: TRIED, drafts: [EVERY_WINDOW], reversed: 0 })
      .filter(isDecision)
      .map(storedText);
    expect(became).toEqual(expected);
    const differing = became.filter((text, i) => text !== recorded[i]).length;
    expect(differing).toBeGreaterThan(1_000);
  }, 60_000);

  it('equals it also when the policy changed in the middle of a window', () => {
    const events = year({ policy: EVERY_WINDOW, then: { on: '2026-06-17', policy: TRIED }, reversed: 0 });
    const expected = year({ policy: EVERY_WINDOW, reversed: 0 }).filter(isDecision).map(storedText);
    expect(replay(BOOK, events, 1, EVERY_WINDOW).became).toEqual(expected);
  }, 60_000);
});
