/**
 * What `int` gives in an expression: a whole number of 64 bits, or nothing at all. The CEL library's own takes a text of
 * nothing for 0, and fractions beyond 64 bits for whole numbers.
 */

type Numeric = string | number | bigint;

/** Expressions write `int`, which cannot be registered anew; see `callToInt`. */
const TO_INT = 'toInt';
/** As CEL declares them. */
export const TO_INT_SIGNATURES = ['string', 'double', 'int'].map((type) => `${TO_INT}(${type}): int`);

/** @param tree parsed, and found to be sound: every call of `int` in it becomes one of `toInt` */
export function callToInt(tree: unknown): void {
  if (Array.isArray(tree)) {
    for (const part of tree) callToInt(part);
    return;
  }
  if (typeof tree !== 'object' || tree === null || !('op' in tree) || !('args' in tree)) return;
  const { op, args } = tree;
  if (op === 'call' && Array.isArray(args) && args[0] === 'int') args[0] = TO_INT;
  callToInt(args);
}

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
