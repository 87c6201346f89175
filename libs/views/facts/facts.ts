/** Incidents and outcomes: what may be asked of them and how they answer. */
import type { IncidentType } from '../../domain/outcome/incident.ts';
import type { OutcomeType, Rating } from '../../domain/outcome/outcome.ts';
import type { Page, PageAsked } from '../page.ts';

/** Facts shown of one incident, the latest; an incident has a handful. */
export const MAX_FACTS_SHOWN = 500;

/** Stored types, in the order of `OUTCOME_TYPES`, above which they are few: visits and purchases are most of all. */
export const COMMON_OUTCOMES = 1;

export const INCIDENT_STATUSES = ['open', 'resolved'] as const;
export type IncidentStatus = (typeof INCIDENT_STATUSES)[number];

export interface IncidentFilters extends PageAsked {
  /** Named by any fact of the incident. */
  readonly customer?: string;
  readonly location?: string;
  readonly status?: IncidentStatus;
  /** Business dates, both included, of the first that is known of the incident. */
  readonly from?: string;
  readonly to?: string;
}

export interface OutcomeFilters extends PageAsked {
  readonly customer?: string;
  readonly incident?: string;
  readonly act?: string;
  readonly type?: OutcomeType;
  /** Business dates, both included. */
  readonly from?: string;
  readonly to?: string;
}

/** Made of all facts of the incident, whatever order they were learned in: the same facts, the same row. */
export interface IncidentRow {
  readonly incident: string;
  /** What the latest fact by `occurredAt` makes of it; of facts at the same time, the last in `INCIDENT_TYPES`. */
  readonly status: IncidentStatus;
  /** Epoch ms; null: nobody has told yet that it was opened. */
  readonly openedAt: number | null;
  readonly firstResolvedAt: number | null;
  /** Null while it is open. */
  readonly resolvedAt: number | null;
  readonly reopened: number;
  /** Of the earliest fact. */
  readonly businessDate: string;
  /** Of the earliest fact that says. */
  readonly customer: string | null;
  readonly location: string | null;
  readonly region: string | null;
  readonly channel: string | null;
  readonly reason: string | null;
}

export interface IncidentFactRow {
  readonly id: string;
  readonly position: number;
  readonly type: IncidentType;
  readonly customer: string | null;
  readonly act: string | null;
  readonly location: string | null;
  readonly channel: string | null;
  readonly reason: string | null;
  readonly businessDate: string;
  readonly occurredAt: number;
  readonly recordedAt: number;
}

export interface OutcomeRow {
  readonly id: string;
  readonly position: number;
  readonly type: OutcomeType;
  readonly customer: string | null;
  readonly incident: string | null;
  readonly act: string | null;
  readonly location: string | null;
  readonly region: string | null;
  readonly channel: string | null;
  readonly valueMinor: number | null;
  readonly receipt: string | null;
  readonly rating: Rating | null;
  readonly businessDate: string;
  readonly occurredAt: number;
  readonly recordedAt: number;
}

export interface DrawFilters extends PageAsked {
  readonly campaign: string;
  readonly customer?: string;
  readonly assigned?: boolean;
  /** Business dates, both included. */
  readonly from?: string;
  readonly to?: string;
}

export interface DrawRow {
  readonly id: string;
  readonly position: number;
  readonly campaign: string;
  readonly customer: string;
  readonly assigned: boolean;
  readonly propensity: number;
  readonly seed: string;
  readonly location: string | null;
  readonly region: string | null;
  readonly businessDate: string;
  readonly occurredAt: number;
  readonly recordedAt: number;
}

/** `incident`: null where no fact of it is known. `facts`: in the order they happened. */
export interface IncidentFound {
  readonly incident: IncidentRow | null;
  readonly facts: readonly IncidentFactRow[];
}

export type IncidentsAnswer = Page<IncidentRow>;
export type OutcomesAnswer = Page<OutcomeRow>;
export type DrawsAnswer = Page<DrawRow>;
export type IncidentAnswer = IncidentFound & {
  /** Newest event of the book that the answer reflects; -1 while there is none. */
  readonly position: number;
};

export type FactsQuestion =
  | { readonly about: 'incidents'; readonly filters: IncidentFilters }
  | { readonly about: 'incident'; readonly incident: string }
  | { readonly about: 'outcomes'; readonly filters: OutcomeFilters }
  | { readonly about: 'draws'; readonly filters: DrawFilters };
