/** Aim: money in a file becomes minor units exactly, or is refused; never a binary fraction in between. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { minor, times } from './exact-decimal.ts';

describe('minor', () => {
  it.each([
    ['6.95', 2n, 695n],
    ['2.1', 2n, 210n],
    ['-0.01', 2n, -1n],
    ['+3', 2n, 300n],
    [' 7.00 ', 2n, 700n],
    ['0', 2n, 0n],
    ['1.500', 2n, 150n],
    ['1500', 0n, 1500n],
    ['1.234', 3n, 1234n],
    ['90071992547409.93', 2n, 9007199254740993n],
  ])('%s with %s digits is %s', (text, digits, expected) => {
    expect(minor(text, digits)).toBe(expected);
  });

  it.each(['', '.', '1.', '.5', '1,50', '1e3', 'NaN', '0x10', '1 000', '٣', '--1', '1.5.2'])(
    'refuses %p',
    (text) => {
      expect(() => minor(text, 2n)).toThrow(/is not a decimal figure/);
    },
  );

  it.each([
    ['0.001', 2n],
    ['1.5', 0n],
    ['0.009', 2n],
  ])('refuses %s below a minor unit of %s digits', (text, digits) => {
    expect(() => minor(text, digits)).toThrow(/not a whole number of minor units/);
  });

  it('refuses a currency with digits no currency has', () => {
    expect(() => minor('1', 5n)).toThrow(/0 to 4/);
    expect(() => minor('1', -1n)).toThrow(/0 to 4/);
  });
});

describe('times', () => {
  it.each([
    ['-12', '2.95', '-35.40'],
    ['3', '0.1', '0.3'],
    ['0.001', '1000', '1.000'],
    ['-1', '-0.5', '0.5'],
    ['0', '-5.00', '0.00'],
    ['0.05', '0.05', '0.0025'],
  ])('%s × %s = %s', (a, b, expected) => {
    expect(times(a, b)).toBe(expected);
  });

  it('is exact where binary fractions are not, for every quantity and price', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -100_000, max: 100_000 }),
        fc.bigInt({ min: 0n, max: 10n ** 12n }),
        (quantity, pence) => {
          const price = `${pence / 100n}.${String(pence % 100n).padStart(2, '0')}`;
          expect(minor(times(String(quantity), price), 2n)).toBe(BigInt(quantity) * pence);
        },
      ),
    );
  });
});
