/** Two arms beside each other: what may be asked, and how it is answered. Definitions: docs/measuring.md. */
import type { ActFilters, Figure, Grade, Observed } from './outcome-metrics.ts';

/**
 * `lot`: customers drawn by lot against those who were not. `policy`: acts before and after a policy version came into
 * force, where it changed something against where it did not. `incidents`: incidents that were answered by an act
 * against those that were not. `dates`: acts before a date and from it on.
 */
export const DESIGNS = ['lot', 'policy', 'incidents', 'dates'] as const;
export type Design = (typeof DESIGNS)[number];

export interface ComparisonQuery {
  readonly design: Design;
  /** Business dates, both included: of draws, of acts, or of openings. */
  readonly from?: string;
  readonly to?: string;
  readonly filters?: ActFilters;
  readonly observedUntil?: number;
  /** Of `dates`: the first day of the second arm. */
  readonly pivot?: string;
  /** Of `policy`: locations for which the version changed something; absent: for all alike. */
  readonly affected?: readonly string[];
}

/** The second arm less the first. */
export interface Effect extends Omit<Figure, 'n'> {
  readonly n: { readonly first: number; readonly second: number };
  readonly causal: boolean;
}

export interface Compared {
  readonly first: Figure;
  readonly second: Figure;
  readonly effect: Effect;
}

export interface Arm {
  readonly label: string;
  /** Customers, incidents or locations, as `unit` of the comparison says. */
  readonly n: number;
  /** Of these, watched for fewer than 30 and fewer than 90 days. */
  readonly censored: { readonly within30Days: number; readonly within90Days: number };
}

export interface Comparison {
  readonly ok: true;
  readonly design: Design;
  readonly grade: Grade;
  readonly causal: boolean;
  /** One sentence: what is compared, and whether it shows a cause. */
  readonly verdict: string;
  readonly unit: string;
  readonly arms: { readonly first: Arm; readonly second: Arm };
  readonly returnWithin30Days: Compared;
  readonly returnWithin90Days: Compared;
  readonly spendAfter30Days: Compared;
  readonly spendAfter90Days: Compared;
  /** Figures of the design itself, such as how far a lot's arms are from its propensities. */
  readonly checks: Readonly<Record<string, number | string | null>>;
  /** What speaks against taking the effect at its word, the strongest first. */
  readonly against: readonly string[];
  readonly observedUntil: Observed;
  readonly currency: string | null;
}

export interface NotComparable {
  readonly ok: false;
  readonly parameter: string;
  readonly detail: string;
  readonly advice: string;
}
export type ComparisonFindings = Comparison | NotComparable;
export type ComparisonAnswer = { readonly position: number } & ComparisonFindings;
