/**
 * Durations of rolling windows: ISO 8601, of exact length. A day is 24 hours here, whatever the clocks do;
 * years and months have no exact length and are refused.
 */

export const LONGEST_DURATION_DAYS = 3660;

const EXACT = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;
const UNITS_MS = [7 * 86_400_000, 86_400_000, 3_600_000, 60_000, 1000];
const LONGEST_TEXT = 64;

export type ParsedDuration =
  | { readonly durationMs: number }
  | { readonly error: string; readonly advice: string };

/** Length of `text` in ms, or what is wrong with it and what to write instead. */
export function parseDuration(text: string): ParsedDuration {
  const parts = text.length <= LONGEST_TEXT ? EXACT.exec(text)?.slice(1) : undefined;
  // `P` and `P1DT` have the shape but name nothing, or nothing after the T.
  if (parts === undefined || text.endsWith('P') || text.endsWith('T')) return explain(text);
  let durationMs = 0;
  for (const [index, unitMs] of UNITS_MS.entries()) durationMs += Number(parts[index] ?? 0) * unitMs;
  if (durationMs === 0) {
    return { error: 'The duration is zero.', advice: 'Write a duration above zero, such as P7D.' };
  }
  if (durationMs > LONGEST_DURATION_DAYS * 86_400_000) {
    return {
      error: `The duration is longer than ${LONGEST_DURATION_DAYS} days.`,
      advice: `Write at most P${LONGEST_DURATION_DAYS}D, or use the window lifetime.`,
    };
  }
  return { durationMs };
}

function explain(text: string): ParsedDuration {
  if (text.length > LONGEST_TEXT) return notADuration;
  if (/^[+-]?P[^T]*\d[.,\d]*[YM]/i.test(text)) {
    return {
      error: 'Years and months have no exact length.',
      advice: 'Write weeks or days, such as P30D, or use the window month, quarter or year.',
    };
  }
  if (/^[+-]|[WDTHMSP]-/i.test(text)) {
    return {
      error: 'The duration has a sign.',
      advice: 'Write a duration above zero without a sign, such as P7D.',
    };
  }
  if (/\d[.,]\d/.test(text)) {
    return {
      error: 'The duration has a fraction.',
      advice: 'Write whole numbers in a smaller unit, such as PT90M for an hour and a half.',
    };
  }
  if (text !== text.toUpperCase() && EXACT.test(text.toUpperCase())) {
    return { error: 'The letters of a duration are capitals.', advice: `Write ${text.toUpperCase()}.` };
  }
  return notADuration;
}

const notADuration: ParsedDuration = {
  error: 'This is not an ISO 8601 duration.',
  advice:
    'Write whole weeks, days, hours, minutes or seconds in that order, such as P7D, P2W, PT12H or P1DT12H.',
};
