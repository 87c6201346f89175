/** What a decision is given beside the book and the command, and what it answers. */
import type { AccessRole } from '../access/access.ts';
import type { Refusal } from './commands.ts';
import type { ActDecision, BookEvent, SettlingEvent, Stamp } from './events.ts';

export interface Context extends Stamp {
  /** What the actor's key lets them do. */
  readonly roles: readonly AccessRole[];
  /** The id for what may be recorded (an act, a reversal, what settles an act, a code); empty for `evaluate`. */
  readonly id: string;
  /** For commands that name an act: the act as the ledger has it. Absent: there is none with that id. */
  readonly act?: ActOnLedger;
  /**
   * Only when a recorded approval is decided again: the roles by which its authority was found. What the key's roles
   * were then is not recorded, and `roles` are those of the one who checks.
   */
  readonly approvesAs?: readonly string[];
}

/** An act as the ledger has it at some position. */
export interface ActOnLedger {
  readonly decided: ActDecision;
  /** The newest of the facts that settled it. Absent: nothing has, so it is open or was never. */
  readonly settled?: SettlingEvent;
}

export interface Refused {
  readonly refusal: Refusal;
}

export type Decided =
  | { readonly event: BookEvent }
  /** What was stated already stands. */
  | { readonly unchanged: true }
  | Refused;

export function stampOf(context: Context): Stamp {
  const { recordedAt, actor, key } = context;
  return key === undefined ? { recordedAt, actor } : { recordedAt, actor, key };
}

export function refuse(
  code: Refusal['code'],
  detail: string,
  more: Omit<Refusal, 'code' | 'detail'>,
): Refused {
  return { refusal: { code, detail, ...more } };
}

export function actNotFound(book: string, act: string): Refused {
  return refuse('act-not-found', `Book "${book}" has no act "${act}".`, {
    advice: 'Use the id that the ledger answered when the act was posted.',
  });
}
