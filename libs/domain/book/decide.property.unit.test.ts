/**
 * Aim: over random histories of all that may happen in a book (acts of every mode under limits and rules, approvals,
 * codes, commits, releases, expiries, reversals, grants, corrections and transfers; policies written, edited, submitted,
 * approved, rejected, rolled back and put in force by several hands, at once, later and by business date, under four
 * eyes and without; and time) every answer and every receipt equals that of a simple model, no decision goes beyond a
 * limit, nobody approves their own, nothing stays reserved, `evaluate` answers as `request`, and the book folded from
 * its stored text, or restored from a snapshot in the middle, is the same.
 */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeEvent, encodeEvent } from '../../events/codec.ts';
import { evolve } from './evolve.ts';
import { steps } from './histories.fixture.ts';
import { ownApprovals } from './own-approvals.fixture.ts';
import { openings } from './policy-histories.fixture.ts';
import { SideBySide } from './side-by-side.fixture.ts';
import { initialState } from './state.ts';

const runs = { numRuns: Number(process.env.GOODWILL_PROPERTY_RUNS ?? 150) };

describe('a random history', () => {
  it('is answered as the simple model answers it, exceeds no limit, and leaves nothing reserved', () => {
    fc.assert(
      fc.property(openings, steps, ({ policy, ...opening }, history) => {
        const both = new SideBySide(policy, opening);
        history.forEach((step, i) => {
          both.step(step, i);
        });
        both.finish();
        both.rounds.restore();
        const { log, state } = both.rounds;
        expect(ownApprovals(log)).toEqual([]);
        const folded = initialState(state.id);
        for (const event of log) evolve(folded, decodeEvent(encodeEvent(event)), folded.revision + 1);
        expect(folded.toSnapshot()).toEqual(state.toSnapshot());
      }),
      runs,
    );
  });
});
