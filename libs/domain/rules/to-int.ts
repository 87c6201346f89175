/** What `int` gives in a rule: a whole number of 64 bits, or nothing at all. */

export type Numeric = string | number | bigint;

const WHOLE = /^[+-]?[0-9]{1,19}$/;

/**
 * Of a text: its digits, with a sign or without. Of a fraction: without what follows the point.
 * @throws for all else: a text of nothing is no number, and a rule that goes by it cannot be computed
 */
export function toInt(value: Numeric): bigint {
  const whole = wholeOf(value);
  if (whole !== undefined && BigInt.asIntN(64, whole) === whole) return whole;
  // In the words of the library. What was written is left out: it may be somebody's note, and this is kept for good.
  throw new Error('int() type error: cannot convert to int');
}

function wholeOf(value: Numeric): bigint | undefined {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? BigInt(Math.trunc(value)) : undefined;
  return WHOLE.test(value) ? BigInt(value.replace('+', '')) : undefined;
}
