/** What a decision is given beside the book and the command, and what it answers. */
import type { AccessRole } from '../access/access.ts';
import type { Refusal } from './commands.ts';
import type { ActAccepted, ActDeclined, BookEvent, Stamp } from './events.ts';

export interface Context extends Stamp {
  /** What the actor's key lets them do. */
  readonly roles: readonly AccessRole[];
  /** The id for the act or reversal, should one be recorded; empty for `evaluate`. */
  readonly id: string;
  /** For `ReverseAct`: the act to reverse, as the ledger has it. */
  readonly act?: ActAccepted | ActDeclined;
}

export type Decided =
  | { readonly event: BookEvent }
  /** What was stated already stands. */
  | { readonly unchanged: true }
  | { readonly refusal: Refusal };

export function stampOf(context: Context): Stamp {
  const { recordedAt, actor, key } = context;
  return key === undefined ? { recordedAt, actor } : { recordedAt, actor, key };
}

export function refuse(
  code: Refusal['code'],
  detail: string,
  more: Omit<Refusal, 'code' | 'detail'>,
): { readonly refusal: Refusal } {
  return { refusal: { code, detail, ...more } };
}
