/** What may be asked of outcomes after acts, and how it is answered. The figures are defined in docs/measuring.md. */
import { KINDS, TRIGGERS } from '../../domain/act/act.ts';

export const OUTCOME_DIMENSIONS = [
  'location',
  'region',
  'kind',
  'trigger',
  'reason',
  'itemCategory',
  'campaign',
  'policyVersion',
  'role',
  'day',
  'month',
] as const;
export type OutcomeDimension = (typeof OUTCOME_DIMENSIONS)[number];

/** Each row carries a dozen figures with intervals; more rows than this say nothing to anybody. */
export const MAX_OUTCOME_ROWS = 1_000;

export const DAY_MS = 86_400_000;
/** Days after an act within which a return, a repeat contact and a spend are looked for. */
export const WITHIN_DAYS = [30, 90] as const;
/** Longest that anybody is watched: medians beyond it are not told. */
export const MOST_DAYS = 366;

export interface ActFilters {
  readonly location?: string;
  readonly region?: string;
  readonly kind?: (typeof KINDS)[number];
  readonly trigger?: (typeof TRIGGERS)[number];
  readonly reason?: string;
  readonly itemCategory?: string;
  readonly campaign?: string;
  readonly policyVersion?: number;
  readonly role?: string;
}

export interface OutcomeMetricsQuery {
  /** Absent or empty: only the total. */
  readonly groupBy?: readonly OutcomeDimension[];
  /** Business dates of the acts, both included. */
  readonly from?: string;
  readonly to?: string;
  readonly filters?: ActFilters;
  /** Epoch ms; later outcomes are left out. Absent: as far as outcomes of the kind have been told. */
  readonly observedUntil?: number;
}

/** Evidence: A drawn by lot, B a change at a known date, C matched, D what was seen. Only A shows causes. */
export type Grade = 'A' | 'B' | 'C' | 'D';

export interface Figure {
  /** Null: it cannot be told, and `why` says so. */
  readonly value: number | null;
  /** Cases that the value rests on. */
  readonly n: number;
  /** 95 %; null: it cannot be told, and `why` says so. `high` of a median may be open. */
  readonly interval: { readonly low: number; readonly high: number | null } | null;
  readonly grade: Grade;
  readonly why?: string;
}

/** A share of acts whose customer came back, by Kaplan and Meier's estimate, and what it rests on. */
export interface ReturnFigure extends Figure {
  /** Different customers among the n acts: acts for the same one are not independent. */
  readonly customers: number;
  /** Acts still watched, and without a return before, on the last day. */
  readonly atRisk: number;
  /** Acts seen to be followed by a return in time. */
  readonly returned: number;
  /** Acts not watched that long and without a return until then: neither returned nor failed to. */
  readonly censored: number;
  /** The plain share among acts that were watched for all of the days: what anybody can count again. */
  readonly complete: Figure & { readonly returned: number };
}

/** Of cases that were watched for all of the days. */
export interface CompleteFigure extends Figure {
  /** Cases left out because they were not watched that long. */
  readonly censored: number;
}

export interface OutcomeFigures {
  readonly acts: number;
  /** Net of reversals, as is `retailMinor`. */
  readonly costMinor: number;
  readonly retailMinor: number;
  readonly identifiedShare: Figure;
  readonly minutesToFirstAct: { readonly median: Figure; readonly p90: Figure };
  readonly resolvedAtFirstTouch: CompleteFigure;
  readonly repeatContact: CompleteFigure;
  readonly returnWithin30Days: ReturnFigure;
  readonly returnWithin90Days: ReturnFigure;
  readonly medianDaysUntilReturn: Figure;
  /** Plainly, of acts seen to be followed by a return within 90 days: how many days it took, median. */
  readonly daysUntilSeenReturn: Figure;
  /** Minor units an act, mean. */
  readonly spendAfter30Days: CompleteFigure;
  readonly spendAfter90Days: CompleteFigure;
  /** Minor units of cost for every customer who returned within 90 days of their first act. */
  readonly costPerReturningCustomer: CompleteFigure & { readonly returning: number };
}

export type OutcomeKey = Readonly<Partial<Record<OutcomeDimension, string | number | null>>>;
export interface OutcomeRowOf extends OutcomeFigures {
  readonly key: OutcomeKey;
}

/** How far outcomes are known: epoch ms; null: nobody has told any. */
export interface Observed {
  readonly returns: number | null;
  readonly contacts: number | null;
}

export interface TooMany {
  readonly ok: false;
  readonly code: 'too-many-rows';
  readonly detail: string;
  readonly advice: string;
}

export type OutcomeMetricsFindings =
  | {
      readonly ok: true;
      readonly currency: string | null;
      readonly groupBy: readonly OutcomeDimension[];
      readonly observedUntil: Observed;
      readonly rows: readonly OutcomeRowOf[];
      readonly total: OutcomeFigures;
      /** By role: an employee with several counts in each. */
      readonly rowsOverlap: boolean;
      readonly grade: 'D';
      readonly causal: false;
      readonly notes: readonly string[];
    }
  | TooMany;
export type OutcomeMetricsAnswer = { readonly position: number } & OutcomeMetricsFindings;
