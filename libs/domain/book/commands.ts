/** What may be asked of a book, and how it refuses. A refusal is a value: nothing was recorded, and why. */
import type { Amounts, AskedAct } from '../act/act.ts';
import type { Book, Campaign, Employee, Item, Location } from '../directory/directory.ts';
import type { Policy } from '../policy/policy.ts';

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
  | { readonly type: 'ActivatePolicy'; readonly version: number; readonly from?: number }
  | { readonly type: 'DecideAct'; readonly asked: AskedAct }
  | {
      readonly type: 'ReverseAct';
      readonly act: string;
      readonly reason: string;
      readonly asked: Readonly<Partial<Amounts>>;
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
  | { readonly type: 'StartShadow'; readonly version: number }
  | { readonly type: 'StopShadow'; readonly version: number };

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
  'position-not-reached',
  'too-many-shadows',
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
