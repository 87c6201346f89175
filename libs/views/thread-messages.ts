/** What the main thread and the threads of the views say to each other. */
import type { Moved } from './lane.ts';
import type { Offer } from './offers.ts';
import type { ViewLag } from './status.ts';

/**
 * `follow` writes the views' file; `read` answers from it what is answered at once, `report` what takes a sweep: a long
 * report holds up neither the following nor other questions.
 */
export type ThreadRole = 'follow' | 'read' | 'report';

export interface ThreadData {
  readonly role: ThreadRole;
  readonly viewsFile: string;
  readonly engine: string;
}

export type Call =
  | { readonly call: 'ask'; readonly view: string; readonly book: string; readonly question: object }
  | { readonly call: 'rebuild'; readonly view: string }
  | { readonly call: 'nudge' }
  /** The file is damaged: delete it and end, to be started again from the ledger. */
  | { readonly call: 'discard' }
  | { readonly call: 'close' };

/** Not answered. */
export type Tidings = { readonly call: 'offer'; readonly offer: Offer } | { readonly call: 'offersEnd' };

export type ToThread = (Call & { readonly id: number }) | Tidings;

export type FromThread =
  | { readonly said: 'ready' }
  | { readonly said: 'moved'; readonly view: string; readonly moved: Moved; readonly swapped: boolean }
  | { readonly said: 'lag'; readonly lag: readonly ViewLag[] }
  /** A reading thread met a damaged file. */
  | { readonly said: 'damaged' }
  | { readonly said: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly said: 'error'; readonly id: number; readonly name: string; readonly message: string };
