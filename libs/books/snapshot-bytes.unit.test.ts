/** A state comes back from its bytes as it was, and what the bytes took of memory is given back at once. */
import { describe, expect, it } from '@jest/globals';
import { BookState } from '../domain/book/state.ts';
import { bytesOfState, stateOfBytes } from './snapshot-bytes.ts';

const AMOUNTS = { count: 1, costMinor: 80, retailMinor: 390 };

/** @param id moves what comes after it in the bytes, so that arrays come to lie askew */
function bookOf(id: string, buckets: number): BookState {
  const state = new BookState(id);
  for (let i = 0; i < buckets; i++) {
    state.buckets.add(`weekly\nweek:2026-01-05\nemployee=e-${i}`, { ...AMOUNTS, count: i });
    state.buckets.addAt(`same-face\nrolling\nemployee=e-${i}`, 1_000 + i, AMOUNTS);
    state.buckets.reserveAt(`same-face\nrolling\nemployee=e-${i}`, 2_000 + i, AMOUNTS);
  }
  state.reversals.set('act-1', AMOUNTS);
  state.revision = buckets;
  return state;
}

/** In memory of its own, as SQLite gives it. */
function ownBytes(state: BookState): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytesOfState(state));
}

describe('the bytes of a state', () => {
  it.each([0, 1, 2, 3, 4, 5, 6, 7])('come back as it was, wherever its arrays lie: %i', (shift) => {
    for (const buckets of [0, 3, 2_000]) {
      const state = bookOf('b'.repeat(10 + shift), buckets);
      const pooled = Buffer.from('of the buffer that all share');
      const again = stateOfBytes(ownBytes(state));
      expect(again.toSnapshot()).toEqual(state.toSnapshot());
      expect(pooled.toString()).toBe('of the buffer that all share');
    }
  });

  it('are given back, and so is what was made of them on the way', () => {
    const state = bookOf('london', 20_000);
    const data = ownBytes(state);
    const size = data.byteLength;
    expect(size).toBeGreaterThan(2_000_000);
    const before = process.memoryUsage().arrayBuffers;
    const again = stateOfBytes(data);
    const grownBy = process.memoryUsage().arrayBuffers - before;
    expect(data.byteLength).toBe(0);
    const columns = 3 * 20_000 * Float64Array.BYTES_PER_ELEMENT;
    expect(grownBy).toBeLessThan(columns - size + 100_000);
    expect(again.buckets.size).toBe(40_000);
  });
});
