/** Signals: what may be asked and how it is answered. */
import type { SignalBasis } from '../../domain/book/signal-events.ts';
import type { SignalKind, SignalSubject, SignalWeight, Verdict } from '../../domain/signal/signal.ts';
import type { Against } from '../../signals/against.ts';
import type { ExposureUnit } from '../../signals/tested.ts';

/** Days of a report whose span is not given, back from the last day that has an act. */
export const DEFAULT_SPAN_DAYS = 91;
export const MAX_SPAN_DAYS = 800;
/** Acts shown with a signal, the latest; `observed` counts them all. */
export const MAX_ACTS_SHOWN = 50;
/** Signals shown in a list, the first by rank. */
export const MAX_SIGNALS = 500;

/**
 * `new`: nobody has looked at it. `reviewed`: somebody has, and nothing unusual has come since. `returned`: what the
 * ledger has learned since is unusual by itself.
 */
export type SignalStatus = 'new' | 'reviewed' | 'returned';
export const STATUS_FILTERS = ['open', 'reviewed', 'all'] as const;
export type StatusFilter = (typeof STATUS_FILTERS)[number];

export interface SignalsQuestion {
  /** Business dates, both included. */
  readonly from?: string;
  readonly to?: string;
  readonly kind?: SignalKind;
  /** An employee, a customer or an approver that the signal is about. */
  readonly subject?: string;
  /** Absent: `open`, which is new and returned. */
  readonly status?: StatusFilter;
  /** Only that one, whatever its status. */
  readonly signal?: string;
}

export interface ReviewRow {
  readonly id: string;
  readonly position: number;
  readonly verdict: Verdict;
  readonly reason: string;
  readonly reviewer: string;
  /** Epoch ms. */
  readonly recordedAt: number;
  readonly basis: SignalBasis;
}

export interface Signal {
  readonly id: string;
  readonly kind: SignalKind;
  readonly weight: SignalWeight;
  /** Among all signals of the span, whatever is asked for: 1 is the first. */
  readonly rank: number;
  readonly status: SignalStatus;
  readonly subject: SignalSubject;
  readonly observed: number;
  readonly exposure: { readonly n: number; readonly unit: ExposureUnit };
  readonly expected: number;
  readonly peers: { readonly near: number; readonly all: number };
  /** Observed over expected, drawn towards 1; null where nothing was to be expected at all. */
  readonly times: {
    readonly n: number;
    readonly value: number;
    readonly interval: { readonly low: number; readonly high: number };
  } | null;
  /** Null: no matter of chance. */
  readonly p: number | null;
  readonly log10P: number | null;
  readonly q: number | null;
  readonly words: string;
  readonly against: readonly Against[];
  /** The customers, for `few-customers`. */
  readonly customers?: readonly SignalCustomer[];
  readonly acts: readonly string[];
  readonly moreActs: boolean;
  /** Newest first. */
  readonly reviews: readonly ReviewRow[];
}

export interface SignalCustomer {
  readonly customer: string;
  readonly acts: number;
  readonly actsByOthers: number;
  /** Days with a visit or purchase in the span, as far as they were told. */
  readonly daysCame: number;
  /** Of these, days without an act by this employee for them. */
  readonly daysWithoutAct: number;
}

export interface SignalsReport {
  /** Business dates; null where the book has no act and none was asked for. */
  readonly from: string | null;
  readonly to: string | null;
  readonly comparedFrom: string | null;
  readonly acts: number;
  /** Of all signals of the span, at most this part is there by chance, on average. */
  readonly falseDiscoveryRate: number;
  readonly tests: number;
  readonly kinds: readonly {
    readonly kind: SignalKind;
    readonly tested: number;
    /** Too few acts, or nobody to compare with. */
    readonly untested: number;
  }[];
  readonly signals: readonly Signal[];
  readonly moreSignals: boolean;
}

export type SignalsAnswer = { readonly position: number } & SignalsReport;
