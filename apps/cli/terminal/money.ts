/** Amounts as people read them. Only for currencies of two decimals, which the simulated chain uses. */

const SYMBOLS: Readonly<Record<string, string>> = { GBP: '£', EUR: '€', USD: '$' };

/** `123456` pence → `£1,234.56`. */
export function money(amountMinor: number, currency = 'GBP'): string {
  const sign = amountMinor < 0 ? '-' : '';
  const minor = Math.abs(amountMinor);
  const whole = Math.floor(minor / 100).toLocaleString('en-GB');
  const symbol = SYMBOLS[currency] ?? `${currency} `;
  return `${sign}${symbol}${whole}.${String(minor % 100).padStart(2, '0')}`;
}

/** `1234567` → `1,234,567`. */
export function whole(count: number): string {
  return Math.round(count).toLocaleString('en-GB');
}
