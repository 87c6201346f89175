/** The fact that somebody looked at a signal. Part of a book's facts (`events.ts`). */
import type { SignalKind, SignalSubject, Verdict } from '../signal/signal.ts';
import type { Stamp } from './stamp.ts';

export interface AskedReview {
  readonly signal: string;
  /** Business dates, both included, of the report that showed it; absent: the one that is shown to who names none. */
  readonly from?: string;
  readonly to?: string;
  readonly verdict: Verdict;
  readonly reason: string;
}

/** What the signal was when it was looked at: what comes after `position` is new. */
export interface SignalBasis {
  /** The newest event of the book that the report reflected. */
  readonly position: number;
  /** Business dates, both included. */
  readonly from: string;
  readonly to: string;
  /** Acts behind it. */
  readonly observed: number;
  /** What they were counted in. */
  readonly exposure: number;
}

export interface SignalReviewed extends Stamp {
  readonly type: 'SignalReviewed';
  /** UUIDv7. */
  readonly id: string;
  readonly asked: AskedReview;
  readonly kind: SignalKind;
  readonly subject: SignalSubject;
  readonly basis: SignalBasis;
}
