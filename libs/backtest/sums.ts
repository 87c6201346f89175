/** Sums of acts and their money. */
import type { Amounts } from '../domain/act/act.ts';
import type { Sum } from './report.ts';

export function nothing(): Sum {
  return { acts: 0, costMinor: 0, retailMinor: 0 };
}

export function addTo(sum: Sum, amounts: Amounts): void {
  sum.acts++;
  sum.costMinor += amounts.costMinor;
  sum.retailMinor += amounts.retailMinor;
}

/** Money given back; the act was made all the same. */
export function takeFrom(sum: Sum, amounts: Amounts): void {
  sum.costMinor -= amounts.costMinor;
  sum.retailMinor -= amounts.retailMinor;
}
