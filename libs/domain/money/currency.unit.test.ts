/** Aim: digits are ISO 4217's, not the CLDR's, and amounts read the same everywhere and exactly. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CURRENCIES, currencyAdvice, formatMoney, minorUnits } from './currency.ts';

describe('minor units', () => {
  it.each([
    ['GBP', 2],
    ['EUR', 2],
    ['USD', 2],
    ['JPY', 0],
    ['KRW', 0],
    ['ISK', 0],
    ['CLP', 0],
    ['XOF', 0],
    ['KWD', 3],
    ['BHD', 3],
    ['TND', 3],
    ['CLF', 4],
    ['UYW', 4],
    ['CVE', 2],
    ['RSD', 2],
    ['XCG', 2],
    ['ZWG', 2],
  ])('%s has %i digits', (code, digits) => {
    expect(minorUnits(code)).toBe(digits);
  });

  it.each([
    ['AFN', 2],
    ['ALL', 2],
    ['COP', 2],
    ['HUF', 2],
    ['IDR', 2],
    ['IQD', 3],
    ['IRR', 2],
    ['KPW', 2],
    ['LAK', 2],
    ['LBP', 2],
    ['MGA', 2],
    ['MMK', 2],
    ['PKR', 2],
    ['SOS', 2],
    ['SYP', 2],
    ['YER', 2],
  ])('%s has %i digits, though Intl says none', (code, digits) => {
    expect(minorUnits(code)).toBe(digits);
  });

  it('knows every code once', () => {
    expect(CURRENCIES).toHaveLength(165);
    expect(new Set(CURRENCIES).size).toBe(165);
    for (const code of CURRENCIES) expect(code).toMatch(/^[A-Z]{3}$/);
  });

  it.each([
    ['gbp', 'Write GBP.'],
    ['BGN', 'BGN is withdrawn: write EUR.'],
    ['HRK', 'HRK is withdrawn: write EUR.'],
    ['ANG', 'ANG is withdrawn: write XCG.'],
    ['XAU', 'XAU has no minor unit'],
    ['XDR', 'XDR has no minor unit'],
    ['XTS', 'XTS has no minor unit'],
    ['XXX', 'XXX has no minor unit'],
    ['ABC', 'three-letter code of ISO 4217'],
    ['', 'three-letter code of ISO 4217'],
    [' GBP', 'three-letter code of ISO 4217'],
    ['GBP\n', 'three-letter code of ISO 4217'],
    ['£', 'three-letter code of ISO 4217'],
    ['constructor', 'three-letter code of ISO 4217'],
    ['__proto__', 'three-letter code of ISO 4217'],
  ])('refuses %j and says what to do', (code, advice) => {
    expect(minorUnits(code)).toBeUndefined();
    expect(currencyAdvice(code)).toContain(advice);
  });

  it('advises nothing on a code that is right', () => {
    for (const code of CURRENCIES) expect(currencyAdvice(code)).toBeUndefined();
  });
});

describe('an amount for people', () => {
  it.each([
    [1234, 'GBP', '12.34 GBP'],
    [0, 'GBP', '0.00 GBP'],
    [-0, 'GBP', '0.00 GBP'],
    [5, 'GBP', '0.05 GBP'],
    [-5, 'GBP', '-0.05 GBP'],
    [-1200, 'GBP', '-12.00 GBP'],
    [500, 'JPY', '500 JPY'],
    [-0, 'JPY', '0 JPY'],
    [1234, 'KWD', '1.234 KWD'],
    [3, 'CLF', '0.0003 CLF'],
    [Number.MAX_SAFE_INTEGER, 'GBP', '90071992547409.91 GBP'],
  ])('%d in %s is %s', (amountMinor, currency, text) => {
    expect(formatMoney(amountMinor, currency)).toBe(text);
  });

  it.each([
    [1.5, 'GBP'],
    [Number.NaN, 'GBP'],
    [2 ** 53, 'GBP'],
    [1, 'XXX'],
  ])('refuses %d %s', (amountMinor, currency) => {
    expect(() => formatMoney(amountMinor, currency)).toThrow(RangeError);
  });

  it('shows every minor unit: the figures without the point are the amount', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.constantFrom(...CURRENCIES), (amountMinor, currency) => {
        const [figures, code] = formatMoney(amountMinor, currency).split(' ');
        expect(code).toBe(currency);
        expect(BigInt(figures!.replace('.', ''))).toBe(BigInt(amountMinor));
        expect(figures!.split('.')[1]?.length ?? 0).toBe(minorUnits(currency));
      }),
    );
  });
});
