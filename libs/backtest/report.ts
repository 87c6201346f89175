/**
 * The report of a backtest or a shadow: what the acts of a book came to as they were recorded, and what they would have
 * come to under a candidate version. Plain data, the same for the same request for ever: no clock, no duration.
 */
import type { RefusalCode } from '../domain/book/commands.ts';
import type { Bite, Outcome } from './outcome.ts';
import type { End } from './waiting.ts';

/** Money in whole minor units of the book's currency. */
export interface Sum {
  acts: number;
  costMinor: number;
  retailMinor: number;
}

/** In the measure's unit. */
export interface MeasureBefore {
  readonly allowed: number;
  readonly usedBefore: number;
  readonly reserved: number;
}

/** Why a decision came out as it did: one guardrail that found something. */
export interface Because {
  readonly guardrail: string;
  readonly finding: Bite;
  /** Of a limit: its bucket, and what was allowed and used in it before the act, by measure. */
  readonly key?: Readonly<Record<string, string>>;
  readonly window?: string;
  readonly measures?: Readonly<Record<string, MeasureBefore>>;
  readonly missing?: readonly string[];
  /** Of a rule. */
  readonly message?: string;
}

export interface Example {
  readonly act: string;
  readonly position: number;
  readonly occurredAt: string;
  readonly businessDate: string;
  readonly mode: string;
  readonly kind: string;
  readonly trigger: string;
  readonly employee: string;
  readonly location: string;
  readonly customer?: string;
  readonly incident?: string;
  readonly count: number;
  readonly costMinor: number;
  readonly retailMinor: number;
  readonly recorded: { readonly policyVersion: number | null; readonly because: readonly Because[] };
  readonly candidate: { readonly because: readonly Because[]; readonly refusal?: RefusalCode };
}

export interface Change extends Sum {
  readonly from: Outcome;
  readonly to: Outcome;
  /** Of these acts, those that made good a failure. */
  readonly recoveries: number;
  /** The first, in the order of the ledger. */
  readonly examples: readonly Example[];
}

/** Somebody or somewhere whose acts come to something else. */
export interface Flip {
  readonly id: string;
  /** In the span. */
  readonly acts: number;
  readonly notMade: Sum;
  readonly madeInAddition: Sum;
  /** Made or not made all the same, by another decision: warned of, held, listed as a breach. */
  readonly decidedOtherwise: number;
}

export interface Bites extends Sum {
  readonly warn: number;
  readonly hold: number;
  readonly decline: number;
  /** Acts declined that no other guardrail would have declined. */
  readonly alone: number;
}

export interface GuardrailFigures {
  readonly guardrail: string;
  readonly title?: string;
  readonly recorded: Bites;
  readonly candidate: Bites;
}

export interface Ranking {
  /** How many there are; the list has the first. */
  readonly count: number;
  readonly first: readonly Flip[];
}

export interface Report {
  readonly kind: 'backtest' | 'shadow';
  readonly book: string;
  readonly currency: string;
  readonly candidate: {
    readonly version: number;
    readonly title?: string;
    /** The position of the event that holds the document. */
    readonly document: number;
  };
  readonly comparedWith: {
    readonly decisions: 'as recorded';
    /** The versions they were made under; null: none was in force. */
    readonly versions: readonly { readonly policyVersion: number | null; readonly acts: number }[];
  };
  /** The newest event that was looked at. */
  readonly position: number;
  /** For a shadow: the event that started it. For a backtest -1: it begins before the first act. */
  readonly startedAfter: number;
  /** Business dates, both included, of the acts that are reported; null: open on this side. */
  readonly span: { readonly from: string | null; readonly to: string | null };
  readonly acts: {
    /** All that were replayed, so that windows are right. */
    readonly replayed: number;
    /** Those of the span. */
    readonly reported: number;
    readonly same: number;
    readonly changed: number;
  };
  readonly outcomes: {
    readonly recorded: Readonly<Record<Outcome, Sum>>;
    readonly candidate: Readonly<Record<Outcome, Sum>>;
  };
  readonly changes: readonly Change[];
  /** What was given, whether at once or in the end; net of what was reversed. `recorded - notSpent + spentInAddition = candidate`. */
  readonly spent: {
    readonly recorded: Sum;
    readonly candidate: Sum;
    readonly notSpent: Sum;
    readonly spentInAddition: Sum;
  };
  /** What became of the acts that were held or reserved, up to the position. */
  readonly waited: {
    readonly recorded: Readonly<Record<End, number>>;
    readonly candidate: Readonly<Record<End, number>>;
  };
  /** Acts that made good a failure, and would not have been made. */
  readonly recoveriesNotMade: Sum;
  readonly employees: Ranking;
  readonly locations: Ranking;
  readonly guardrails: readonly GuardrailFigures[];
  /** Recorded facts that nothing under the candidate answers to, because their act did not come that far. */
  readonly dropped: readonly { readonly fact: string; readonly count: number }[];
  /** What has to be known to read the figures rightly. */
  readonly notes: readonly string[];
}
