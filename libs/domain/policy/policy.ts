/** A policy: the versioned set of guardrails of a book, as checked and normalised by `check.ts`. */
import type { Kind, Measure, Trigger } from '../act/act.ts';

export const DIMENSIONS = [
  'act',
  'employee',
  'role',
  'location',
  'region',
  'customer',
  'incident',
  'campaign',
  'book',
] as const;
export type Dimension = (typeof DIMENSIONS)[number];

export const WEEKDAYS = [
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** The spans of a fiscal calendar that a limit may count in. */
export const FISCAL_PERIODS = ['month', 'quarter', 'year'] as const;
export type FiscalPeriod = (typeof FISCAL_PERIODS)[number];

/**
 * The window a limit counts in. In a document: `act`, `shift`, `day`, `week`, `month`, `quarter`, `year`,
 * `lifetime`, or `{ every: week, startsOn: monday }`, or `{ rolling: P7D }`, or `{ fiscal: month }`.
 */
export type Window =
  | { readonly every: 'act' | 'shift' | 'day' | 'month' | 'quarter' | 'year' | 'lifetime' }
  | { readonly every: 'week'; readonly startsOn: Weekday }
  | { readonly every: 'rolling'; readonly durationMs: number; readonly duration: string }
  | { readonly every: 'fiscal'; readonly period: FiscalPeriod };

/** What follows when a guardrail does not hold, mildest first. `hold`: the act waits for an approval. */
export const CONSEQUENCES = ['warn', 'hold', 'decline'] as const;
export type Consequence = (typeof CONSEQUENCES)[number];

/** Absent filters let every act pass; several filters must all pass; within one, any value passes. */
export interface AppliesTo {
  readonly kinds?: readonly Kind[];
  readonly triggers?: readonly Trigger[];
  /** SKU globs: `*` stands for any run of characters, `?` for one. */
  readonly items?: readonly string[];
  readonly roles?: readonly string[];
  readonly locations?: readonly string[];
  readonly regions?: readonly string[];
  readonly campaigns?: readonly string[];
  readonly channels?: readonly string[];
  readonly reasons?: readonly string[];
}

export interface CarryOver {
  /** At most so much is carried into any one window; a measure that is absent is not carried. */
  readonly upTo: Readonly<Partial<Record<Measure, number>>>;
  /** For so many windows after the one it was left in. */
  readonly for: number;
}

export interface Limit {
  readonly id: string;
  readonly title?: string;
  readonly appliesTo: AppliesTo;
  readonly per: readonly Dimension[];
  readonly window: Window;
  /** At least one measure. Money in minor units of the book's currency. */
  readonly allow: Readonly<Partial<Record<Measure, number>>>;
  /** What is left unused is carried into the windows that follow. */
  readonly carryOver?: CarryOver;
  readonly beyond: Consequence;
  /** What follows when the act lacks a key of `per`; absent: the act is outside this limit. */
  readonly whenMissing?: Consequence;
}

export interface Rule {
  readonly id: string;
  readonly title?: string;
  /** A CEL expression of type bool over `act`, `employee`, `location`, `item`. True means: not in order. */
  readonly when: string;
  readonly then: Consequence;
  readonly message: string;
}

/** How long an act that is held waits for its approval, and what it becomes when nobody has answered by then. */
export interface Hold {
  readonly durationMs: number;
  /** As written: ISO 8601. */
  readonly duration: string;
  readonly then: 'expire' | 'accept';
}

/** For policies that do not say. */
export const HOLD: Hold = { durationMs: 30 * 60_000, duration: 'PT30M', then: 'expire' };

/** Whoever has the role may approve acts that are within `upTo` in every measure it names. */
export interface Authority {
  readonly role: string;
  readonly upTo: Readonly<Partial<Record<Measure, number>>>;
}

/**
 * A private word to whoever has much of an allowance left when its window is well under way. Off unless a policy asks
 * for it; nothing is ever counted by it.
 */
export interface Nudge {
  /** A limit of the policy that is counted per employee alone, in a window of the calendar. */
  readonly limit: string;
  /** What the employee reads; `{left}`, `{weekday}` and `{until}` stand for what is left, and for the last day. */
  readonly message: string;
  /** So much of the allowance, in every measure it bounds, is left at least: 1 to 100. */
  readonly unusedPercent: number;
  /** So much of the window has passed at least: 0 to 99. */
  readonly passedPercent: number;
}

export const NUDGE_PERCENT = { unusedPercent: 50, passedPercent: 50 } as const;

export interface Policy {
  readonly currency: string;
  readonly title?: string;
  /** What happens to an act that no limit covers. */
  readonly uncovered: 'allow' | Consequence;
  readonly limits: readonly Limit[];
  readonly rules: readonly Rule[];
  /** Absent: `HOLD`. */
  readonly hold?: Hold;
  /** Absent: whoever may approve at all may approve any act. */
  readonly authority?: readonly Authority[];
  /** Absent: nobody is nudged. */
  readonly nudge?: readonly Nudge[];
}

/** One thing wrong with a posted document. */
export interface Mistake {
  /** JSON pointer into the document. */
  readonly pointer: string;
  /** Stable, kebab-case. */
  readonly code: string;
  /** What is wrong. */
  readonly message: string;
  /** What to write instead. */
  readonly advice: string;
  /** Where in the text at `pointer` (a rule's condition); both count from 1. */
  readonly at?: { readonly line: number; readonly column: number };
}
