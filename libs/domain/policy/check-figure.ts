import { MEASURES, type Measure } from '../act/act.ts';
import { nearestName } from '../rules/nearest-name.ts';
import { type Mistakes, quoted } from './mistakes.ts';

/** A whole figure of a measure, 0 included. */
export function readFigure(
  mistakes: Mistakes,
  value: unknown,
  pointer: string,
  measure: Measure,
): number | undefined {
  const money = measure !== 'count';
  if (typeof value !== 'number') {
    return mistakes.note(
      pointer,
      'figure-not-a-number',
      `${measure} must be a whole number, and is ${quoted(value)}.`,
      money
        ? 'Write minor units without quotes or currency sign: 50000 for 500.00.'
        : 'Write it without quotes: 10.',
    );
  }
  if (Math.abs(value) > Number.MAX_SAFE_INTEGER || Number.isNaN(value)) {
    return mistakes.note(
      pointer,
      'figure-too-large',
      `${measure} is ${value}; figures go up to ${Number.MAX_SAFE_INTEGER}.`,
      'Write a smaller figure, or leave the measure out if it shall not be bounded.',
    );
  }
  if (value < 0) {
    return mistakes.note(
      pointer,
      'figure-negative',
      `${measure} is ${value}; an allowance cannot be below nothing.`,
      'Write 0 to allow none, or a positive figure.',
    );
  }
  if (!Number.isInteger(value)) {
    return mistakes.note(
      pointer,
      'figure-fractional',
      `${measure} is ${value}; it must be a whole number.`,
      money ? minorUnitsAdvice(value, mistakes.minorDigits) : 'Write a whole number.',
    );
  }
  return value;
}

/** Whether it is a measure; noted where it is none. @param known those that may stand here */
export function isMeasure(
  mistakes: Mistakes,
  name: string,
  pointer: string,
  known: readonly Measure[],
): name is Measure {
  if ((MEASURES as readonly string[]).includes(name)) return true;
  const near = nearestName(name, MEASURES);
  mistakes.note(
    pointer,
    'measure-unknown',
    `${quoted(name)} is no measure.`,
    `${near === undefined ? '' : `Did you mean ${near}? `}Write some of: ${known.join(', ')}.`,
  );
  return false;
}

/** For an amount that was written in major units: 12.5 pounds are 1250. */
export function minorUnitsAdvice(value: number, minorDigits: number): string {
  const minor = Math.round(value * 10 ** minorDigits);
  return `Money is in whole minor units: for ${value.toFixed(minorDigits)} write ${minor}.`;
}
