/**
 * A book as it would stand had one policy version been in force from before its first act: every recorded fact is
 * turned back into its command and decided by the same `decide`, at the time and with the id, key and actor it was
 * recorded with. Usage follows the counterfactual: what was not accepted here uses nothing here.
 */

import { commandOf, idOf } from '../domain/book/command-of.ts';
import type { RefusalCode } from '../domain/book/commands.ts';
import { type Context, decide } from '../domain/book/decide.ts';
import { Draft } from '../domain/book/draft.ts';
import type { ActAccepted, BookEvent } from '../domain/book/events.ts';
import { evolve } from '../domain/book/evolve.ts';
import type { BookState } from '../domain/book/state.ts';
import type { Policy } from '../domain/policy/policy.ts';

/**
 * How each fact comes into the counterfactual: `decided` anew; `folded` as it came, because no policy has a say in it;
 * `leftOut`, because it says which policy is in force, or asks a question.
 */
const TREATMENT = {
  BookDefined: 'folded',
  LocationDefined: 'folded',
  EmployeeDefined: 'folded',
  ItemDefined: 'folded',
  CampaignDefined: 'folded',
  PolicyDrafted: 'leftOut',
  PolicyActivated: 'leftOut',
  ActAccepted: 'decided',
  ActDeclined: 'decided',
  ActReversed: 'decided',
  BacktestRequested: 'leftOut',
  ShadowStarted: 'leftOut',
  ShadowStopped: 'leftOut',
} as const satisfies Record<BookEvent['type'], 'decided' | 'folded' | 'leftOut'>;

export interface Candidate {
  readonly version: number;
  readonly policy: Policy;
}

/** The accepted acts that a later fact may come back to. A reversal needs the buckets that its act was counted in. */
export interface KeptActs {
  keep(act: ActAccepted): void;
  find(id: string): ActAccepted | undefined;
  /** Nothing of it is left to reverse. */
  forget(id: string): void;
}

export type Became =
  | { readonly became: 'folded' }
  | { readonly became: 'leftOut' }
  | { readonly became: 'decided'; readonly event: BookEvent }
  /** The same command would have been refused: nothing would have been recorded. */
  | { readonly became: 'refused'; readonly code: RefusalCode };

const FOLDED: Became = { became: 'folded' };
const LEFT_OUT: Became = { became: 'leftOut' };

export class CounterfactualBook {
  readonly state: BookState;
  readonly #kept: KeptActs;

  /** @param state a fresh book, or one as it really stood when a shadow began; it is taken over */
  constructor(state: BookState, candidate: Candidate, kept: KeptActs) {
    this.state = state;
    this.#kept = kept;
    putInForce(state, candidate);
  }

  take(recorded: BookEvent): Became {
    const treatment = TREATMENT[recorded.type];
    if (treatment === 'leftOut') return LEFT_OUT;
    if (treatment === 'folded') {
      this.#fold(recorded);
      return FOLDED;
    }
    return this.#decide(recorded);
  }

  #decide(recorded: BookEvent): Became {
    const command = commandOf(recorded);
    if (command === undefined) throw new Error(`nobody asked for ${recorded.type}`);
    const { recordedAt, actor, key } = recorded;
    const act = recorded.type === 'ActReversed' ? this.#kept.find(recorded.act) : undefined;
    const context: Context = {
      recordedAt,
      actor,
      // What the actor might do was settled when it was recorded, and is no matter of the policy.
      roles: ['admin'],
      id: idOf(recorded),
      ...(key === undefined ? {} : { key }),
      ...(act === undefined ? {} : { act }),
    };
    const decided = decide(new Draft(this.state), command, context);
    if ('refusal' in decided) return { became: 'refused', code: decided.refusal.code };
    if (!('event' in decided)) throw new Error('an act is never already stated');
    const { event } = decided;
    this.#fold(event);
    if (event.type === 'ActAccepted') this.#kept.keep(event);
    else if (event.type === 'ActReversed' && event.whole) this.#kept.forget(event.act);
    return { became: 'decided', event };
  }

  #fold(event: BookEvent): void {
    evolve(this.state, event, this.state.revision + 1);
  }
}

/** Nothing else is in force, nor will be. */
function putInForce(state: BookState, { version, policy }: Candidate): void {
  state.activations = [];
  state.shadows.clear();
  const stamp = { recordedAt: 0, actor: 'ledger' };
  const source = { format: 'json', text: '' } as const;
  evolve(state, { type: 'PolicyDrafted', version, policy, source, ...stamp }, state.revision + 1);
  evolve(state, { type: 'PolicyActivated', version, asked: {}, ...stamp }, state.revision + 1);
}
