/**
 * Currencies a book can be kept in, with the digits of their minor unit. `Intl` follows the CLDR's habits of
 * cash instead and differs for 16 of these (AFN, ALL, COP, HUF, IDR, IQD, IRR, KPW, LAK, LBP, MGA, MMK, PKR,
 * SOS, SYP, YER), so it is never asked.
 *
 * Source: ISO 4217 List One (current currencies and funds) of the maintenance agency, SIX, with the amendments
 * up to the withdrawal of BGN on 2026-01-01: every code with a minor unit, 165 in all. Codes whose minor unit is "N.A." (metals, SDR, testing,
 * "no currency", …) measure nothing a shop could give away.
 */

const CODES_BY_DIGITS: readonly (readonly [digits: number, codes: string])[] = [
  [0, 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'],
  [
    2,
    `AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW
     CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF
     IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK
     MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP
     SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG
     YER ZAR ZMW ZWG`,
  ],
  [3, 'BHD IQD JOD KWD LYD OMR TND'],
  [4, 'CLF UYW'],
];

const DIGITS = new Map(
  CODES_BY_DIGITS.flatMap(([digits, codes]) => codes.split(/\s+/).map((code) => [code, digits] as const)),
);

/** Codes withdrawn since 2020, from List Three, with what took their place. */
const SUCCESSORS = new Map([
  ['ANG', 'XCG'],
  ['BGN', 'EUR'],
  ['CUC', 'CUP'],
  ['HRK', 'EUR'],
  ['SLL', 'SLE'],
  ['ZWL', 'ZWG'],
]);

const NOT_MONEY = new Set('XAG XAU XBA XBB XBC XBD XDR XPD XPT XSU XTS XUA XXX'.split(' '));

/** All codes a book can be kept in, in no promised order. */
export const CURRENCIES: readonly string[] = [...DIGITS.keys()];

/** Digits of the currency's minor unit, 0 to 4; undefined for a code no book can be kept in. */
export function minorUnits(code: string): number | undefined {
  return DIGITS.get(code);
}

/** What to write instead, for a code that `minorUnits` does not know; undefined for one it does. */
export function currencyAdvice(code: string): string | undefined {
  if (DIGITS.has(code)) return undefined;
  const capitals = code.toUpperCase();
  if (DIGITS.has(capitals)) return `Write ${capitals}.`;
  const successor = SUCCESSORS.get(capitals);
  if (successor !== undefined) return `${capitals} is withdrawn: write ${successor}.`;
  if (NOT_MONEY.has(capitals)) {
    return `${capitals} has no minor unit, so no amounts can be kept in it: write the code of a currency.`;
  }
  return 'Write a current three-letter code of ISO 4217, such as GBP.';
}

/**
 * An amount for people to read, the same everywhere: `12.34 GBP`, `-0.05 GBP`, `500 JPY`. `amountMinor` is in
 * minor units. Throws RangeError when it is not a whole number that is exact, or the code is unknown.
 */
export function formatMoney(amountMinor: number, currency: string): string {
  const digits = DIGITS.get(currency);
  if (digits === undefined) throw new RangeError(`Not a currency: ${JSON.stringify(currency)}`);
  if (!Number.isSafeInteger(amountMinor))
    throw new RangeError(`Not an amount in minor units: ${amountMinor}`);
  if (digits === 0) return `${amountMinor} ${currency}`;
  const figures = String(Math.abs(amountMinor)).padStart(digits + 1, '0');
  const sign = amountMinor < 0 ? '-' : '';
  return `${sign}${figures.slice(0, -digits)}.${figures.slice(-digits)} ${currency}`;
}
