/** Spend: what may be asked and how it is answered. */

export const SPEND_DIMENSIONS = [
  'day',
  'location',
  'region',
  'kind',
  'reason',
  'trigger',
  'employee',
  'role',
  'policyVersion',
] as const;
export type SpendDimension = (typeof SPEND_DIMENSIONS)[number];

/** More rows than this are refused: a narrower span or fewer dimensions say more. */
export const MAX_SPEND_ROWS = 100_000;

export interface SpendQuery {
  /** One or more, each once; rows are grouped and sorted in this order. */
  readonly groupBy: readonly SpendDimension[];
  /** Business dates, `YYYY-MM-DD`, both included. */
  readonly from?: string;
  readonly to?: string;
}

/**
 * Of the acts whose business date is in the span. A reversal counts on the business date of its act, so a
 * figure may shrink after its day has passed.
 */
export interface SpendMeasures {
  /** Accepted acts, without those reversed in whole. */
  readonly acts: number;
  /** Net of reversals, as are both amounts. */
  readonly count: number;
  readonly costMinor: number;
  readonly retailMinor: number;
  /** What reversals took off; `acts` counts those reversed in whole. */
  readonly reversed: {
    readonly acts: number;
    readonly count: number;
    readonly costMinor: number;
    readonly retailMinor: number;
  };
  readonly declined: { readonly acts: number; readonly costMinor: number; readonly retailMinor: number };
  /** Acts recorded with any finding other than `within`, reversed or not. */
  readonly breaches: number;
}

export type SpendKey = Readonly<Partial<Record<SpendDimension, string | number | null>>>;

export interface SpendRow extends SpendMeasures {
  /** A value for each dimension asked, in that order; null where the act had none. */
  readonly key: SpendKey;
}

export type SpendAnswer = {
  /** Newest event of the book that the answer reflects; -1 while there is none. */
  readonly position: number;
} & SpendFindings;

export type SpendFindings =
  | {
      readonly ok: true;
      /** Of the book's amounts; null while the view does not know it. */
      readonly currency: string | null;
      readonly groupBy: readonly SpendDimension[];
      readonly rows: readonly SpendRow[];
      readonly total: SpendMeasures;
      /**
       * True when grouped by role: an employee with several roles counts in each of them, so that rows may add
       * up to more than `total`.
       */
      readonly rowsOverlap: boolean;
    }
  | { readonly ok: false; readonly code: 'too-many-rows'; readonly detail: string; readonly advice: string };
