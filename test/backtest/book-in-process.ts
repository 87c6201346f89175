/** A book whose commands are decided here, at the time that is said: what a service would have recorded, without one. */
import { hashKey, timedId } from '../../libs/books/key-hash.ts';
import type { Command } from '../../libs/domain/book/commands.ts';
import type { Context } from '../../libs/domain/book/context.ts';
import { decide } from '../../libs/domain/book/decide.ts';
import { Draft } from '../../libs/domain/book/draft.ts';
import type { ActAccepted, BookEvent } from '../../libs/domain/book/events.ts';
import { evolve } from '../../libs/domain/book/evolve.ts';
import { type BookState, initialState } from '../../libs/domain/book/state.ts';
import type { Policy } from '../../libs/domain/policy/policy.ts';

export class BookInProcess {
  readonly state: BookState;
  #nextKey = 0;

  constructor(id: string) {
    this.state = initialState(id);
  }

  /** Nothing where the command is refused, or stands already. */
  *put(
    command: Command,
    recordedAt: number,
    act?: ActAccepted,
    key = `key-${this.#nextKey++}`,
  ): Generator<BookEvent> {
    const context: Context = {
      recordedAt,
      actor: 'till',
      roles: ['admin'],
      id: timedId(hashKey(this.state.id, key), recordedAt),
      key,
      ...(act === undefined ? {} : { act: { decided: act } }),
    };
    const decided = decide(new Draft(this.state), command, context);
    if (!('event' in decided)) return;
    evolve(this.state, decided.event, this.state.revision + 1);
    yield decided.event;
  }

  draft(policy: Policy, at: number): Generator<BookEvent> {
    const source = { format: 'json', text: JSON.stringify(policy) } as const;
    return this.put({ type: 'DraftPolicy', policy, source }, at);
  }

  *bringIntoForce(policy: Policy, at: number): Generator<BookEvent> {
    yield* this.draft(policy, at);
    yield* this.put({ type: 'ActivatePolicy', version: this.state.policies.size }, at);
  }
}
