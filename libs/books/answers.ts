/** What a book answers to a command. */
import type { Amounts } from '../domain/act/act.ts';
import type { Refusal } from '../domain/book/commands.ts';
import type { ActAccepted, ActDeclined, BookEvent } from '../domain/book/events.ts';

export type Answer =
  /** The fact is durable at `position`. `replayed`: an earlier write with the same key and content made it. */
  | {
      readonly outcome: 'recorded';
      readonly event: BookEvent;
      readonly position: number;
      readonly replayed: boolean;
    }
  /** A PUT that states what already stands. */
  | { readonly outcome: 'unchanged'; readonly position: number }
  | { readonly outcome: 'refused'; readonly refusal: Refusal };

/** What `request` or `record` would answer now; `position` is that of the newest event it reflects. */
export type Evaluation =
  | { readonly outcome: 'evaluated'; readonly event: ActAccepted | ActDeclined; readonly position: number }
  | { readonly outcome: 'refused'; readonly refusal: Refusal };

/** An act as the ledger has it: its own event, and what has been given back since. */
export interface FoundAct {
  readonly event: ActAccepted | ActDeclined;
  readonly position: number;
  readonly reversed?: Amounts;
}
