/** Use: whether employees use what they may give. What may be asked, and how it is answered. */
import type { Interval } from '../../statistics/interval.ts';

export const USE_DIMENSIONS = ['location', 'region', 'role'] as const;
export type UseDimension = (typeof USE_DIMENSIONS)[number];

/** More windows of employees than this are not looked at in one report. */
export const MAX_EMPLOYEE_WINDOWS = 20_000_000;

export interface UseSpan {
  readonly groupBy?: UseDimension;
  /** Business dates, `YYYY-MM-DD`, both included. */
  readonly from?: string;
  readonly to?: string;
}

/** What was given in the span, from the view of spend: accepted acts, without those reversed in whole. */
export interface Given {
  /** Acts by employee and by location. */
  readonly employees: readonly (readonly [employee: string, acts: number])[];
  readonly locations: readonly (readonly [location: string, acts: number])[];
  readonly groups: readonly GivenGroup[];
  readonly total: Omit<GivenGroup, 'key'>;
}
export interface GivenGroup {
  /** Where the act was made, or a role of its employee at the time; null: none. */
  readonly key: string | null;
  readonly acts: number;
  /** Of these, those that cost nothing. */
  readonly zeroCost: number;
}

export interface UseQuery extends UseSpan {
  readonly given: Given;
  /** From the view of outcomes. */
  readonly gestures: {
    readonly groups: readonly (TimeToGesture & { readonly key: string | null })[];
    readonly total: TimeToGesture;
  };
}

/** A figure with the number of cases it is made of. */
export interface UseFigure {
  readonly n: number;
  /** Null: there is no such figure. */
  readonly value: number | null;
  /** 95 %. */
  readonly interval: Interval | null;
  /** Where there is no value or no interval. */
  readonly why?: string;
}

/** Windows of one employee and one limit, and how much of the allowance was used in each. */
export interface AllowanceUse {
  readonly employeeWindows: number;
  readonly employees: number;
  readonly nothing: UseFigure;
  readonly some: UseFigure;
  readonly all: UseFigure;
}

export interface Spread {
  readonly couldHaveGiven: number;
  readonly gave: UseFigure;
  /** The part of all acts that the tenth with the most of them has. */
  readonly byTopTenth: UseFigure;
  readonly gini: UseFigure;
}

/** From an incident's opening to the first act that answered it; 0 where the act came before. */
export interface TimeToGesture {
  readonly medianMinutes: UseFigure;
  readonly p90Minutes: UseFigure;
}

export interface UseFigures {
  readonly allowances: AllowanceUse;
  readonly staff: Spread;
  /** Over locations; null in rows that are no region. */
  readonly stores: Spread | null;
  readonly zeroCost: UseFigure;
  /** Of incidents whose first act is in the span. */
  readonly timeToGesture: TimeToGesture;
}

export type UseKey = Readonly<Partial<Record<UseDimension, string | null>>>;

export type UseFindings =
  | {
      readonly ok: true;
      /** When the newest fact was recorded that the answer reflects, epoch ms; windows that had not ended then are not counted. Null: there is none. */
      readonly asOf: number | null;
      readonly groupBy: UseDimension | null;
      readonly rows: readonly (UseFigures & { readonly key: UseKey })[];
      readonly total: UseFigures;
      readonly limits: readonly (AllowanceUse & { readonly limit: string; readonly title: string | null })[];
      /** True when grouped by role: who has several counts in each. */
      readonly rowsOverlap: boolean;
    }
  | {
      readonly ok: false;
      readonly code: 'too-many-windows';
      readonly detail: string;
      readonly advice: string;
    };

export type UseAnswer = {
  /** Newest event of the book that the answer reflects; -1 while there is none. */
  readonly position: number;
} & UseFindings;
