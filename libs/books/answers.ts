/** What a book answers to a command. */
import type { Amounts } from '../domain/act/act.ts';
import type { Command, Refusal } from '../domain/book/commands.ts';
import { differences } from '../domain/book/content.ts';
import type { Decided } from '../domain/book/context.ts';
import type { ActDecision, ActExpired, BookEvent, SettlingEvent } from '../domain/book/events.ts';

export type Answer =
  /** The fact is durable at `position`. `replayed`: an earlier write with the same key and content made it. */
  | {
      readonly outcome: 'recorded';
      readonly event: BookEvent;
      readonly position: number;
      readonly replayed: boolean;
      /** For what settles an act: the act as it was then, this event included. */
      readonly act?: FoundAct;
    }
  /** A PUT that states what already stands. */
  | { readonly outcome: 'unchanged'; readonly position: number }
  | { readonly outcome: 'refused'; readonly refusal: Refusal };

/** What `request`, `record` or `reserve` would answer now; `position` is that of the newest event it reflects. */
export type Evaluation =
  | { readonly outcome: 'evaluated'; readonly event: ActDecision; readonly position: number }
  | { readonly outcome: 'refused'; readonly refusal: Refusal };

/** An act as the ledger has it: how it was decided, what settled it, and what has been given back since. */
export interface FoundAct {
  readonly event: ActDecision;
  /** Of the newest event that decided or settled it. */
  readonly position: number;
  /** In their order. A reservation that was held has two: it was approved, and then committed, say. */
  readonly settledBy: readonly SettlingEvent[];
  /** It has fallen due, and that is not recorded yet. */
  readonly due?: ActExpired;
  readonly reversed?: Amounts;
}

export function answerOf(decided: Decided, position: number): Answer {
  if ('event' in decided) return { outcome: 'recorded', event: decided.event, position, replayed: false };
  if ('refusal' in decided) return { outcome: 'refused', refusal: decided.refusal };
  return { outcome: 'unchanged', position };
}

/** The first answer again, or a refusal where the key is used for something else. */
export function replayOf(command: Command, earlier: { event: BookEvent; position: number }): Answer {
  const differs = differences(command, earlier.event);
  if (differs.length === 0) return { outcome: 'recorded', ...earlier, replayed: true };
  const refusal: Refusal = {
    code: 'idempotency-key-reused',
    detail: `This key was used before, at position ${earlier.position}, for other content: ${differs.join(', ')} differ.`,
    advice: 'Send a repeated request exactly as it was first sent, and every new one with a key of its own.',
    differs,
  };
  return { outcome: 'refused', refusal };
}
