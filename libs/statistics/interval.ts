/** All intervals of the ledger are two-sided 95 % intervals: 2.5 % on either side. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** The part left out on one side. */
export const TAIL = 0.025;
/** The normal quantile of 1 - `TAIL`. */
export const Z = 1.959963984540054;

export const clamped = ({ low, high }: Interval, least: number, most: number): Interval => ({
  low: Math.min(most, Math.max(least, low)),
  high: Math.min(most, Math.max(least, high)),
});
