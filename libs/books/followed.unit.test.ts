/** What is told is taken once, in order and without a gap; what is missing is never passed over. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { StoredEvent } from '../event-store/event-store.ts';
import { Followed } from './followed.ts';

function events(from: number, to: number): StoredEvent[] {
  return Array.from({ length: to - from + 1 }, (_, i) => ({
    stream: 'book-b',
    revision: from + i,
    global: BigInt(from + i),
    id: `id-${from + i}`,
    type: 't',
    data: '{}',
  }));
}

const revisions = (taken: readonly StoredEvent[]): number[] => taken.map(({ revision }) => revision);

describe('what was told of a book', () => {
  it('is taken from the next revision on, and only once', () => {
    const followed = new Followed();
    followed.told(events(3, 5));
    expect(revisions(followed.take(3))).toEqual([4, 5]);
    expect(followed.take(3)).toEqual([]);
  });

  it('is held until what is before it has been read', () => {
    const followed = new Followed();
    followed.told(events(5, 6));
    expect(followed.take(2)).toEqual([]);
    followed.told(events(7, 7));
    expect(revisions(followed.take(4))).toEqual([5, 6, 7]);
  });

  it('can be relied on when it has come as far as the state, until it was late', async () => {
    const followed = new Followed();
    expect(followed.isTimely(4)).toBe(false);
    followed.told(events(3, 4));
    expect(followed.isTimely(4)).toBe(true);
    expect(followed.isTimely(6)).toBe(true);
    expect(await followed.reaches(6, 1)).toBe(false);
    followed.late();
    expect(followed.isTimely(6)).toBe(false);
    const reached = followed.reaches(6, 5_000);
    followed.told(events(5, 6));
    expect(await reached).toBe(true);
    expect(followed.isTimely(6)).toBe(true);
  });

  it('cannot be relied on when it brings what does not follow the state', () => {
    const followed = new Followed();
    followed.told(events(5, 6));
    followed.late();
    // Although it has come further than the state.
    expect(followed.isTimely(2)).toBe(false);
    followed.told(events(7, 7));
    expect(followed.isTimely(2)).toBe(true);
  });

  it('is in order and whole whatever comes twice or is missing', () => {
    const told = fc.record({
      from: fc.nat(40),
      length: fc.integer({ min: 1, max: 12 }),
      reads: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(told, { maxLength: 40 }), (all) => {
        const followed = new Followed();
        let state = -1;
        let newest = -1;
        for (const { from, length, reads } of all) {
          // A subscription gives events in order; after it was begun anew, some once more.
          const first = Math.min(from, newest + 3);
          followed.told(events(first, first + length - 1));
          newest = Math.max(newest, first + length - 1);
          for (const { revision } of followed.take(state)) {
            expect(revision).toBe(state + 1);
            state = revision;
          }
          if (reads) state = newest;
        }
        expect(state).toBeLessThanOrEqual(newest);
      }),
    );
  });
});
