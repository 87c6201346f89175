/**
 * Aim: a nudge tells an employee what is left of their own allowance when there is reason to, and nothing else: no
 * quota, nobody else's acts, and no trace of having been asked.
 */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Limit, Nudge } from '../policy/policy.ts';
import { BookSpec, limit, ms, WEEK } from './book-spec.fixture.ts';
import { nudgeFor } from './nudge.ts';

/** A Saturday: 5.3 of the 7 days from Monday 04:00 have passed. */
const NOW = '2026-11-21T12:00:00Z';
const COFFEES = limit('weekly-coffees', ['employee'], WEEK, { count: 10 });
const NUDGE: Nudge = {
  limit: 'weekly-coffees',
  message: 'You have {left} coffees left until {weekday} ({until}); a spilled drink is a good moment.',
  unusedPercent: 50,
  passedPercent: 50,
};

function opened(more: Partial<Nudge> = {}, changed: Partial<Limit> = {}): BookSpec {
  return BookSpec.open(NOW).inForce([{ ...COFFEES, ...changed }], { nudge: [{ ...NUDGE, ...more }] });
}
const told = (spec: BookSpec, employee = 'ann', at = NOW) => nudgeFor(spec.state, employee, ms(at));

describe('a nudge', () => {
  it('says what is left, until when, and what would be a good moment', () => {
    const spec = opened();
    spec.act();
    spec.act();
    expect(told(spec)).toEqual({
      limit: 'weekly-coffees',
      message: 'You have 8 coffees left until Sunday (2026-11-22); a spilled drink is a good moment.',
      left: { count: 8 },
      lastDay: '2026-11-22',
      until: ms('2026-11-23T04:00:00Z'),
    });
  });

  it('is off unless the policy in force asks for it', () => {
    expect(told(BookSpec.open(NOW))).toBeUndefined();
    expect(told(BookSpec.open(NOW).inForce([COFFEES]))).toBeUndefined();
    const ended = opened().inForce([COFFEES]);
    expect(told(ended)).toBeUndefined();
  });

  it('is silent once less is left than the policy says, and speaks again when it was given back', () => {
    const spec = opened();
    const acts = Array.from({ length: 6 }, () => spec.act());
    expect(told(spec)).toBeUndefined();
    spec.reverse(acts[0]!.id);
    expect(told(spec)?.left).toEqual({ count: 5 });
  });

  it('waits until so much of the window has passed, on the clock of the employee’s home', () => {
    const spec = opened({ passedPercent: 50 });
    // Half of the week from Monday 04:00 is over on Thursday at 16:00.
    expect(told(spec, 'ann', '2026-11-26T15:59:59Z')).toBeUndefined();
    expect(told(spec, 'ann', '2026-11-26T16:00:00Z')?.lastDay).toBe('2026-11-29');
  });

  it('says nothing to whoever nobody knows, or whom the limit does not speak of', () => {
    expect(told(opened(), 'eve')).toBeUndefined();
    expect(told(opened({}, { appliesTo: { roles: ['lead'] } }))).toBeUndefined();
    expect(told(opened({}, { appliesTo: { roles: ['barista'], locations: ['bronx'] } }))).toBeUndefined();
    expect(told(opened({}, { appliesTo: { regions: ['south'] } }))).toBeDefined();
    // Of somebody without a home it is not known where they are.
    expect(told(opened({}, { appliesTo: { regions: ['south'] } }), 'bob')).toBeUndefined();
  });

  it('says nothing while an act of theirs waits', () => {
    const spec = opened({}, { beyond: 'hold' });
    const reserved = spec.ask({ mode: 'reserve' });
    expect(told(spec)).toBeUndefined();
    expect(told(spec, 'bob')).toBeDefined();
    if (!('event' in reserved) || reserved.event.type !== 'ActReserved') throw new Error('not reserved');
    spec.given({ type: 'ReleaseAct', act: reserved.event.id });
    expect(told(spec)?.left).toEqual({ count: 10 });
    spec.ask({ mode: 'reserve' });
    // It falls due after a quarter of an hour, whether or not that is recorded yet.
    expect(told(spec, 'ann', '2026-11-21T12:15:00Z')?.left).toEqual({ count: 10 });
  });

  it('looks at every measure, and says money where no pieces are counted', () => {
    const both = opened({}, { allow: { count: 10, costMinor: 100 } });
    both.act();
    expect(told(both)).toBeUndefined();
    const money = opened({ message: '{left} left' }, { allow: { costMinor: 1000 } });
    money.act();
    expect(told(money)?.message).toBe('9.20 GBP left');
  });

  it('knows what was carried over and granted', () => {
    const spec = opened();
    spec.given({
      type: 'AdjustBucket',
      kind: 'grant',
      limit: 'weekly-coffees',
      asked: { key: { employee: 'ann' }, amounts: { count: 4 } },
      reason: 'a hard week',
    });
    expect(told(spec)?.left).toEqual({ count: 14 });
    expect(told(spec, 'bob')?.left).toEqual({ count: 10 });
  });

  it('answers the first that there is reason for, in the policy’s order', () => {
    const spec = BookSpec.open(NOW).inForce(
      [COFFEES, limit('monthly', ['employee'], { every: 'month' }, { costMinor: 2000 })],
      {
        nudge: [
          { limit: 'monthly', message: 'a', unusedPercent: 99, passedPercent: 0 },
          { limit: 'weekly-coffees', message: 'b', unusedPercent: 50, passedPercent: 0 },
        ],
      },
    );
    expect(told(spec)?.message).toBe('a');
    spec.act();
    expect(told(spec)?.message).toBe('b');
  });

  it('is the same whatever others do, and leaves no trace', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 6 }),
        fc.array(
          fc.record({
            by: fc.constantFrom('bob', 'eve', 'zoe'),
            mode: fc.constantFrom('request', 'record', 'reserve'),
          }),
          { maxLength: 12 },
        ),
        (own, others) => {
          const spec = opened();
          for (let i = 0; i < own; i++) spec.act();
          const before = told(spec);
          const revision = spec.state.revision;
          expect(told(spec)).toEqual(before);
          expect(spec.state.revision).toBe(revision);
          for (const { by, mode } of others) spec.ask({ employee: by, mode });
          expect(told(spec)).toEqual(before);
        },
      ),
      { numRuns: 60 },
    );
  });
});
