/** Aim: incidents and outcomes between the acts change nothing in a replay: no limit looks at them. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { BookEvent } from '../domain/book/events.ts';
import { initialState } from '../domain/book/state.ts';
import type { Policy } from '../domain/policy/policy.ts';
import { factsTold } from '../events/told.fixture.ts';
import { CounterfactualBook } from './counterfactual.ts';
import { histories, opened, played, policies } from './histories.fixture.ts';
import { ActsToReverse } from './kept-acts.ts';

function replayed(events: readonly BookEvent[], policy: Policy) {
  const reversed = new Set(events.flatMap((event) => (event.type === 'ActReversed' ? [event.act] : [])));
  const book = new CounterfactualBook(
    initialState('the book'),
    { version: 1, policy },
    new ActsToReverse(reversed),
  );
  const became = events.map((event) => book.take(event));
  return { became, buckets: book.state.buckets.toSnapshot(), accepted: book.state.accepted };
}

describe('facts that were told', () => {
  it('are left out of a replay, which is the same without them', () => {
    fc.assert(
      fc.property(policies, histories(false), (policy, steps) => {
        const { events } = played(opened(policy), steps);
        const told = factsTold();
        const mixed = events.flatMap((event, at): BookEvent[] => [
          event,
          { ...told[at % told.length]!, recordedAt: event.recordedAt },
        ]);
        const [alone, together] = [replayed(events, policy), replayed(mixed, policy)];
        expect(together.buckets).toEqual(alone.buckets);
        expect(together.accepted).toEqual(alone.accepted);
        expect(together.became.filter((_, at) => at % 2 === 0)).toEqual(alone.became);
        for (const [at, { became }] of together.became.entries())
          if (at % 2 === 1) expect(became).toBe('leftOut');
      }),
      { numRuns: 50 },
    );
  });
});
