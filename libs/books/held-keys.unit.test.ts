/** What is held is found, under its own hash alone, however much there is. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { HeldKeys } from './held-keys.ts';

const LARGEST_HASH = 2 ** 52 - 1;
/** Few, so that they meet; some differ only beyond their lowest 32 bits. */
const hash = fc.oneof(
  fc.constantFrom(0, 1, 2 ** 32, 2 ** 32 + 1, 2 ** 51, LARGEST_HASH),
  fc.maxSafeNat().map((n) => n % 2 ** 52),
);
const pairs = fc.array(fc.tuple(hash, fc.nat()), { maxLength: 400 });

function held(all: readonly (readonly [number, number])[]): HeldKeys {
  const keys = new HeldKeys();
  for (const [one, revision] of all) keys.add(one, revision);
  return keys;
}

describe('keys that are held', () => {
  it('are found as in a map of lists', () => {
    fc.assert(
      fc.property(pairs, pairs, (first, then) => {
        const keys = held(first);
        keys.addAll(held(then));
        const all = [...first, ...then];
        expect(keys.size).toBe(all.length);
        expect([...keys.hashes]).toEqual(all.map(([one]) => one));
        expect([...keys.revisions]).toEqual(all.map(([, revision]) => revision));
        const asked = new Set([...all.map(([one]) => one), 0, 1, 2 ** 32, 3, LARGEST_HASH]);
        for (const one of asked) {
          const revisions = all.filter(([other]) => other === one).map(([, revision]) => revision);
          expect(keys.find(one)).toEqual(revisions);
        }
      }),
    );
  });

  it('are found among a great many, and nothing else is', () => {
    const keys = new HeldKeys();
    for (let i = 0; i < 100_000; i++) keys.add(i * 2_654_435_761, i);
    for (let i = 0; i < 100_000; i += 997) {
      expect(keys.find(i * 2_654_435_761)).toEqual([i]);
      expect(keys.find(i * 2_654_435_761 + 1)).toEqual([]);
    }
  });
});
