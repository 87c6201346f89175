/** Aim: globs match exactly what they say, and no pattern can be made to take long. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compileGlob } from './glob.ts';

/** The meaning, as plainly as it can be said; exponential. */
function naive(pattern: readonly string[], sku: readonly string[]): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return sku.length === 0;
  if (first === '*') return naive(rest, sku) || (sku.length > 0 && naive(pattern, sku.slice(1)));
  return sku.length > 0 && (first === '?' || first === sku[0]) && naive(rest, sku.slice(1));
}

describe('a glob', () => {
  it.each([
    ['coffee/*', 'coffee/flat-white', true],
    ['coffee/*', 'coffee/', true],
    ['coffee/*', 'coffee', false],
    ['coffee/*', 'iced-coffee/latte', false],
    ['*/latte', 'coffee/oat/latte', true],
    ['coffee/?', 'coffee/x', true],
    ['coffee/?', 'coffee/xy', false],
    ['coffee/?', 'coffee/☕', true],
    ['coffee/?', 'coffee/🥐', true],
    ['Coffee/*', 'coffee/latte', false],
    ['a.c', 'abc', false],
    ['[ab]', 'a', false],
    ['*', '', true],
    ['**', 'anything', true],
    ['?', '', false],
    ['*a*', '*', false],
    ['a*b*c', 'a*b*c', true],
    ['', '', true],
  ])('%p on %p is %p', (pattern, sku, expected) => {
    expect(compileGlob(pattern)(sku)).toBe(expected);
  });

  it('matches what the plain meaning matches', () => {
    const letters = (most: number) =>
      fc.array(fc.constantFrom('a', 'b', '*', '?', '🥐'), { maxLength: most });
    fc.assert(
      fc.property(letters(7), letters(9), (pattern, sku) => {
        expect(compileGlob(pattern.join(''))(sku.join(''))).toBe(naive(pattern, sku));
      }),
      { numRuns: 3000 },
    );
  });

  it('does not backtrack for ever', () => {
    const matches = compileGlob(`${'*a'.repeat(120)}b`);
    const start = performance.now();
    for (let i = 0; i < 100; i++) expect(matches('a'.repeat(256))).toBe(false);
    expect(performance.now() - start).toBeLessThan(2_000);
  });
});
