/** What may be asked of a book, and how it refuses. A refusal is a value: nothing was recorded, and why. */
import type { Amounts, AskedAct } from '../act/act.ts';
import type { Book, Campaign, Employee, Item, Location } from '../directory/directory.ts';
import type { AskedIncident } from '../outcome/incident.ts';
import type { AskedOutcome } from '../outcome/outcome.ts';
import type { Policy } from '../policy/policy.ts';
import type { AskedAdjustment, AskedTransfer } from './events.ts';
import type { AskedDraw } from './lot-events.ts';
import type { AskedReview, SignalBasis } from './signal-events.ts';
import type { StoryCommand } from './story-commands.ts';

export type Command =
  | { readonly type: 'DefineBook'; readonly book: Book }
  | { readonly type: 'DefineLocation'; readonly id: string; readonly location: Location }
  | { readonly type: 'DefineEmployee'; readonly id: string; readonly employee: Employee }
  | { readonly type: 'DefineItem'; readonly sku: string; readonly item: Item }
  | { readonly type: 'DefineCampaign'; readonly id: string; readonly campaign: Campaign }
  | {
      readonly type: 'DraftPolicy';
      readonly policy: Policy;
      readonly source: { readonly format: 'json' | 'yaml'; readonly text: string };
    }
  /** `from`: epoch ms; `fromDate`: from the start of that business day, at each location its own. Never both. */
  | {
      readonly type: 'ActivatePolicy';
      readonly version: number;
      readonly from?: number;
      readonly fromDate?: string;
    }
  | { readonly type: 'DecideAct'; readonly asked: AskedAct }
  | {
      readonly type: 'ReverseAct';
      readonly act: string;
      readonly reason: string;
      readonly asked: Readonly<Partial<Amounts>>;
    }
  | EditPolicy
  | SubmitPolicy
  | ApprovePolicy
  | RejectPolicy
  | RollBackPolicy
  /** `code`: the hash of an approval code; its maker then is the approver, whoever sends this. */
  | {
      readonly type: 'ApproveAct';
      readonly act: string;
      readonly reason?: string;
      readonly code?: string;
    }
  | { readonly type: 'RejectAct'; readonly act: string; readonly reason: string }
  /** Measures that `asked` does not name are committed as they were reserved. */
  | {
      readonly type: 'CommitAct';
      readonly act: string;
      readonly asked: Readonly<Partial<Amounts>>;
      readonly reason?: string;
    }
  | { readonly type: 'ReleaseAct'; readonly act: string; readonly reason?: string }
  /** `act`: the only act it may approve; absent: any, once. */
  | {
      readonly type: 'MakeApprovalCode';
      readonly hash: string;
      readonly act?: string;
      readonly expiresInMs: number;
    }
  | {
      readonly type: 'AdjustBucket';
      readonly kind: 'grant' | 'correction';
      readonly limit: string;
      readonly asked: AskedAdjustment;
      readonly reason: string;
    }
  | {
      readonly type: 'TransferBetweenBuckets';
      readonly limit: string;
      readonly asked: AskedTransfer;
      readonly reason: string;
    }
  | {
      readonly type: 'RequestBacktest';
      readonly version: number;
      /** Business dates, both included. */
      readonly from?: string;
      readonly to?: string;
      /** Absent: the newest event there is. */
      readonly position?: number;
    }
  | { readonly type: 'ReportIncident'; readonly asked: AskedIncident }
  | { readonly type: 'RecordOutcome'; readonly asked: AskedOutcome }
  | { readonly type: 'DrawLot'; readonly asked: AskedDraw }
  /** `basis`: what the report of that span has under that id; null: it has no such signal. */
  | { readonly type: 'ReviewSignal'; readonly asked: AskedReview; readonly basis: SignalBasis | null }
  | { readonly type: 'StartShadow'; readonly version: number }
  | { readonly type: 'StopShadow'; readonly version: number }
  | StoryCommand;

/** `ifMatch`: the edit (0 for the draft as posted) that whoever sends this has seen; another one is refused. */
export interface EditPolicy {
  readonly type: 'EditPolicy';
  readonly version: number;
  readonly policy: Policy;
  readonly source: { readonly format: 'json' | 'yaml'; readonly text: string };
  readonly ifMatch: number;
}
export interface SubmitPolicy {
  readonly type: 'SubmitPolicy';
  readonly version: number;
  readonly comment?: string;
  readonly ifMatch?: number;
}
export interface ApprovePolicy {
  readonly type: 'ApprovePolicy';
  readonly version: number;
  readonly comment?: string;
  readonly ifMatch?: number;
}
/** Back to draft, whoever says why. */
export interface RejectPolicy {
  readonly type: 'RejectPolicy';
  readonly version: number;
  readonly reason: string;
  readonly ifMatch?: number;
}
/** Drafts anew what an earlier version said. */
export interface RollBackPolicy {
  readonly type: 'RollBackPolicy';
  readonly version: number;
}

export const REFUSAL_CODES = [
  'book-not-found',
  'book-currency-fixed',
  'currency-mismatch',
  'unknown-item',
  'amount-missing',
  'amount-too-large',
  'occurred-at-too-old',
  'occurred-at-in-future',
  'act-not-found',
  'act-not-reversible',
  'reversal-exceeds-act',
  'policy-not-found',
  'policy-not-approved',
  'idempotency-key-reused',
  'act-not-open',
  'act-expired',
  'self-approval',
  'authority-missing',
  'approval-code-wrong',
  'approval-code-used',
  'approval-code-expired',
  'commit-exceeds-reservation',
  'not-allowed',
  'policy-not-draft',
  'policy-not-submitted',
  'precondition-failed',
  'subject-reserved',
  'key-not-found',
  'key-already-revoked',
  'fiscal-calendar-missing',
  'fiscal-calendar-fixed',
  'limit-not-found',
  'bucket-not-adjustable',
  'transfer-exceeds-remaining',
  'same-bucket',
  'position-not-reached',
  'too-many-shadows',
  'outcome-incoherent',
  'unknown-act',
  'campaign-not-found',
  'campaign-without-lot',
  'campaign-not-running',
  'lot-fixed',
  'story-not-found',
  'story-out-of-turn',
  'employee-not-known',
  'duties-apart',
  'self-review',
  'signal-not-found',
] as const;
export type RefusalCode = (typeof REFUSAL_CODES)[number];

export interface Refusal {
  readonly code: RefusalCode;
  /** What is wrong, with the figures that made it so. */
  readonly detail: string;
  /** What to do instead. */
  readonly advice?: string;
  /** JSON pointer into the request's body, where one member is at fault. */
  readonly pointer?: string;
  /** For `idempotency-key-reused`: the members that differ from the first post, dotted (`item.quantity`). */
  readonly differs?: readonly string[];
}
