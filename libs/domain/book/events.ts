/**
 * The facts of a book, in the order they were learned. Plain data: what is stored is exactly this, under the
 * stored names and versions of `libs/events`.
 */
import type { Amounts, AskedAct } from '../act/act.ts';
import type { Draw } from '../campaign/lot.ts';
import type { Book, Campaign, Employee, Item, Location } from '../directory/directory.ts';
import type { Authority, Consequence, Policy } from '../policy/policy.ts';
import type { FiscalCalendar } from '../time/fiscal-calendar.ts';
import type { LotDrawn } from './lot-events.ts';
import type { SignalReviewed } from './signal-events.ts';
import type { Stamp } from './stamp.ts';
import type { StoryEvent } from './story-events.ts';
import type { IncidentEvent, OutcomeRecorded } from './told-events.ts';

export type { Stamp } from './stamp.ts';

export interface BookDefined extends Stamp {
  readonly type: 'BookDefined';
  readonly book: Book;
}
export interface LocationDefined extends Stamp {
  readonly type: 'LocationDefined';
  readonly id: string;
  readonly location: Location;
}
export interface EmployeeDefined extends Stamp {
  readonly type: 'EmployeeDefined';
  readonly id: string;
  readonly employee: Employee;
}
export interface ItemDefined extends Stamp {
  readonly type: 'ItemDefined';
  readonly sku: string;
  readonly item: Item;
}
export interface CampaignDefined extends Stamp {
  readonly type: 'CampaignDefined';
  readonly id: string;
  readonly campaign: Campaign;
}
export interface PolicyDrafted extends Stamp {
  readonly type: 'PolicyDrafted';
  readonly version: number;
  /** The checked, normalised policy: what decisions are made from. */
  readonly policy: Policy;
  /** The text as posted, for people to read again. */
  readonly source: { readonly format: 'json' | 'yaml'; readonly text: string };
  /** The version whose words this one takes up again. */
  readonly rollbackOf?: number;
}
/** A draft says something else from now on. Whoever edits it is one of its authors for good. */
export interface PolicyEdited extends Stamp {
  readonly type: 'PolicyEdited';
  readonly version: number;
  readonly policy: Policy;
  readonly source: { readonly format: 'json' | 'yaml'; readonly text: string };
  /** 1, 2, …: how often the version has been edited. */
  readonly edit: number;
}
export interface PolicySubmitted extends Stamp {
  readonly type: 'PolicySubmitted';
  readonly version: number;
  readonly comment?: string;
}
export interface PolicyApproved extends Stamp {
  readonly type: 'PolicyApproved';
  readonly version: number;
  readonly comment?: string;
}
/** Back to draft. */
export interface PolicyRejected extends Stamp {
  readonly type: 'PolicyRejected';
  readonly version: number;
  readonly reason: string;
}
export interface PolicyActivated extends Stamp {
  readonly type: 'PolicyActivated';
  readonly version: number;
  /** In force from this time on (epoch ms); absent: from this event on. */
  readonly from?: number;
  /** As posted: a date that had passed meant from this event on. */
  readonly asked: { readonly from?: number };
  /**
   * `YYYY-MM-DD`: in force at each location from the start of that business day there, and nowhere before this event.
   * Never beside `from`.
   */
  readonly fromDate?: string;
  /** Nobody but its author has agreed to it: the book's `fourEyes` was off. */
  readonly unapproved?: true;
}

/**
 * `within`, or what the guardrail asked for; of several the strictest is followed. On a recorded act anything but
 * `within` is a breach: what has happened cannot be held.
 */
export type Finding = 'within' | Consequence;

/**
 * `[allowed, usedBefore, reserved]`, each in the measure's unit; where anything was carried over into the bucket or
 * adjusted in it, these two as well.
 */
export type MeasureReceipt =
  | readonly [allowed: number, usedBefore: number, reserved: number]
  | readonly [allowed: number, usedBefore: number, reserved: number, carriedOver: number, adjusted: number];

/** What one limit found, for one bucket: enough to reproduce the decision and to fold the book. */
export interface LimitReceipt {
  readonly limit: string;
  /** The bucket's key: a value for each dimension of the limit's `per`, in its order. Empty object for `per: []`. */
  readonly key: Readonly<Record<string, string>>;
  /**
   * The bucket's window. `label` identifies it (`week:2026-11-16`, `rolling`, `lifetime`, `act`,
   * `shift:<id>`); the edges are epoch ms, from included and to excluded (rolling: from excluded, to
   * included), null where the window is open on that side.
   */
  readonly window: { readonly label: string; readonly from: number | null; readonly to: number | null };
  readonly measures: Readonly<Partial<Record<keyof Amounts, MeasureReceipt>>>;
  readonly finding: Finding;
  /** The dimensions the act had no value for; then there is no bucket, and nothing was counted. */
  readonly missing?: readonly string[];
}

/** A rule whose condition held. A rule that does not hold did not apply and leaves no receipt. */
export interface RuleReceipt {
  readonly rule: string;
  readonly message: string;
  readonly finding: Consequence;
}

/** What the ledger itself requires of every act, before any limit. */
export const STANDING = [
  'no-active-policy',
  'unknown-employee',
  'unknown-location',
  'campaign-not-running',
  'uncovered',
  'lot-not-drawn',
  'lot-without-customer',
] as const;
export interface StandingReceipt {
  readonly standing: (typeof STANDING)[number];
  readonly finding: Consequence;
}

export type GuardrailReceipt = LimitReceipt | RuleReceipt | StandingReceipt;

export interface ActDecided extends Stamp {
  /** UUIDv7. */
  readonly id: string;
  readonly asked: AskedAct;
  readonly occurredAt: number;
  /** `YYYY-MM-DD`: the trading day at the location. */
  readonly businessDate: string;
  readonly amounts: Amounts;
  /** Facts of the directory that the decision used. */
  readonly roles: readonly string[];
  readonly region?: string;
  readonly category?: string;
  /** Of a delight for a customer in a campaign that is drawn by lot. */
  readonly draw?: Draw;
  /** Null: no policy was in force. */
  readonly policyVersion: number | null;
  readonly guardrails: readonly GuardrailReceipt[];
}
export interface ActAccepted extends ActDecided {
  readonly type: 'ActAccepted';
}
export interface ActDeclined extends ActDecided {
  readonly type: 'ActDeclined';
}
/** Waits for an approval, and reserves what it asks for meanwhile. */
export interface ActHeld extends ActDecided {
  readonly type: 'ActHeld';
  /** Epoch ms: from then on it is too late to answer. */
  readonly expiresAt: number;
  /** What it becomes then. A reservation (`asked.mode`) always expires: silence spends nothing that was only to be kept. */
  readonly then: 'expire' | 'accept';
}
export interface ActReserved extends ActDecided {
  readonly type: 'ActReserved';
  /** Epoch ms: from then on it cannot be committed. */
  readonly expiresAt: number;
}

/** A bucket that an act was counted in: limit, window label, key. */
export interface CountedIn {
  readonly limit: string;
  readonly label: string;
  readonly key: Readonly<Record<string, string>>;
}

/** What every fact that settles an open act repeats of it, so that it can be folded without looking it up. */
export interface Settling extends Stamp {
  readonly act: string;
  /** When the act happened: the place in its windows. */
  readonly occurredAt: number;
  readonly businessDate: string;
  /** What the act uses from now on where it was accepted; otherwise what came free. */
  readonly amounts: Amounts;
  readonly buckets: readonly CountedIn[];
}
export interface ActApproved extends Settling {
  readonly type: 'ActApproved';
  /** UUIDv7. */
  readonly id: string;
  /** Who answers for it: the actor, or whoever made the code. */
  readonly approver: string;
  /** The entry of the policy in force that let the approver; absent: it names no authorities. */
  readonly authority?: Authority;
  /** The version in force when it was approved, whose authorities were asked. */
  readonly policyVersion: number | null;
  readonly code?: { readonly id: string; readonly hash: string };
  readonly reason?: string;
  /** A reservation that was held is reserved once approved, and has its time to live from then on. */
  readonly becomes: 'accepted' | 'reserved';
  /** With `reserved`: epoch ms. */
  readonly expiresAt?: number;
}
export interface ActRejected extends Settling {
  readonly type: 'ActRejected';
  readonly id: string;
  readonly approver: string;
  readonly reason: string;
}
export interface ActCommitted extends Settling {
  readonly type: 'ActCommitted';
  readonly id: string;
  /** As posted: absent measures are committed as they were reserved. */
  readonly asked: Readonly<Partial<Amounts>>;
  readonly reason?: string;
  /** Reserved and not committed: came free. */
  readonly released: Amounts;
}
export interface ActReleased extends Settling {
  readonly type: 'ActReleased';
  readonly id: string;
  readonly reason?: string;
}
/** Nobody answered in time. Recorded by the ledger itself when it gets to it; in force from `dueAt` on. */
export interface ActExpired extends Settling {
  readonly type: 'ActExpired';
  /** Epoch ms. */
  readonly dueAt: number;
  readonly becomes: 'expired' | 'accepted';
}
export interface ApprovalCodeMade extends Stamp {
  readonly type: 'ApprovalCodeMade';
  /** UUIDv7. */
  readonly id: string;
  /** Of the code, which is kept nowhere. */
  readonly hash: string;
  /** The only act it may approve. */
  readonly act?: string;
  readonly expiresAt: number;
  /** What the maker's key let them do: an authority may be named by it. */
  readonly roles: readonly string[];
}

export interface ActReversed extends Stamp {
  readonly type: 'ActReversed';
  /** The reversal's own id, UUIDv7. */
  readonly id: string;
  readonly act: string;
  readonly reason: string;
  /** As posted: absent measures, when any is given, are not reversed; none given means all that is left. */
  readonly asked: Readonly<Partial<Amounts>>;
  readonly amounts: Amounts;
  /** When the act happened: the place in its windows to give back to. */
  readonly occurredAt: number;
  readonly businessDate: string;
  /** The buckets given back to: limit, window label, key. */
  readonly buckets: readonly CountedIn[];
  /** What is reversed of the act in all, this reversal included. */
  readonly reversedInAll: Amounts;
  /** True when nothing of the act is left. */
  readonly whole: boolean;
}

/** A bucket of a limit, as an adjustment names it. */
export interface NamedBucket {
  readonly label: string;
  readonly key: Readonly<Record<string, string>>;
}

/** What both kinds of adjustment say of themselves. The author is the actor. */
interface Adjusted extends Stamp {
  /** UUIDv7. */
  readonly id: string;
  readonly limit: string;
  /** Epoch ms; of a rolling bucket: when it counts. Absent for all others. */
  readonly at?: number;
  readonly reason: string;
}
/** More, or less, in a bucket than its limit gives it. */
export interface BucketAdjusted extends Adjusted {
  readonly type: 'BucketAdjusted';
  readonly kind: 'grant' | 'correction';
  readonly bucket: NamedBucket;
  /** Of a correction also below zero. */
  readonly amounts: Amounts;
  /** As posted. */
  readonly asked: AskedAdjustment;
}
export interface BucketTransferred extends Adjusted {
  readonly type: 'BucketTransferred';
  readonly from: NamedBucket;
  readonly to: NamedBucket;
  readonly amounts: Amounts;
  /** As posted. */
  readonly asked: AskedTransfer;
}

/** The moment whose windows are meant, and where it is looked at from; absent: now, at the key's own location. */
interface AskedWhen {
  readonly at?: number;
  readonly location?: string;
  readonly amounts: Readonly<Partial<Amounts>>;
}
export interface AskedAdjustment extends AskedWhen {
  readonly key: Readonly<Record<string, string>>;
}
export interface AskedTransfer extends AskedWhen {
  readonly from: Readonly<Record<string, string>>;
  readonly to: Readonly<Record<string, string>>;
}

/**
 * A question, not a change: what would have been decided under another version. Recorded so that the same request
 * is answered from the same acts for ever.
 */
export interface BacktestRequested extends Stamp {
  readonly type: 'BacktestRequested';
  /** UUIDv7. */
  readonly id: string;
  readonly version: number;
  /** The position of the event that holds the document as it was tried. */
  readonly document: number;
  /** The newest event that was looked at. */
  readonly position: number;
  /** Business dates, both included, that bound what is reported. */
  readonly from?: string;
  readonly to?: string;
  /** Of the book when it was asked for, where the version has fiscal windows: early acts may know of none. */
  readonly fiscalCalendar?: FiscalCalendar;
  readonly asked: { readonly position?: number };
}
/** The version is evaluated beside the active one from the next act on, and never enforced. */
export interface ShadowStarted extends Stamp {
  readonly type: 'ShadowStarted';
  readonly version: number;
  /** The position of the event that holds the document as it is tried. */
  readonly document: number;
}
export interface ShadowStopped extends Stamp {
  readonly type: 'ShadowStopped';
  readonly version: number;
}

export type BookEvent =
  | BookDefined
  | LocationDefined
  | EmployeeDefined
  | ItemDefined
  | CampaignDefined
  | PolicyDrafted
  | PolicyActivated
  | ActDecision
  | ActReversed
  | SettlingEvent
  | ApprovalCodeMade
  | PolicyEdited
  | PolicySubmitted
  | PolicyApproved
  | PolicyRejected
  | BucketAdjusted
  | BucketTransferred
  | BacktestRequested
  | ShadowStarted
  | ShadowStopped
  | IncidentEvent
  | OutcomeRecorded
  | LotDrawn
  | StoryEvent
  | SignalReviewed;

/** How an act begins. */
export type ActDecision = ActAccepted | ActDeclined | ActHeld | ActReserved;

export function isDecision(event: BookEvent): event is ActDecision {
  return (
    event.type === 'ActAccepted' ||
    event.type === 'ActDeclined' ||
    event.type === 'ActHeld' ||
    event.type === 'ActReserved'
  );
}

/** What may become of an act that was held or reserved. */
export type SettlingEvent = ActApproved | ActRejected | ActCommitted | ActReleased | ActExpired;
