/** A book told in rounds, as its writer does: what was decided in one is durable, and to be seen, only after it. */
import { expect } from '@jest/globals';
import type { Command } from './commands.ts';
import type { ActOnLedger } from './context.ts';
import { type Context, type Decided, decide } from './decide.ts';
import { Draft } from './draft.ts';
import { type BookEvent, isDecision, type SettlingEvent } from './events.ts';
import { evolve } from './evolve.ts';
import { dueExpiries } from './expiry.ts';
import { BookState, initialState } from './state.ts';

/** What was told, and what came of it. */
export interface Told {
  readonly command: Command;
  readonly actor: string;
  readonly decided: Decided;
  /** Events before it. */
  readonly after: number;
}

export class Rounds {
  state = initialState('the book');
  readonly log: BookEvent[] = [];
  readonly told: Told[] = [];
  now: number;
  readonly #onLedger = new Map<string, ActOnLedger>();
  readonly #expire: (now: number) => readonly string[];
  #round: { readonly draft: Draft; readonly decided: BookEvent[] } | undefined;

  /** @param expire what falls due by a time, in order: `act became at` */
  constructor(now: number, expire: (now: number) => readonly string[]) {
    this.now = now;
    this.#expire = expire;
  }

  /** Whether anything was decided that is not durable yet. */
  get isOpen(): boolean {
    return (this.#round?.decided.length ?? 0) > 0;
  }

  /** The draft of the round, if one has begun. */
  get begun(): Draft | undefined {
    return this.#round?.draft;
  }

  draft(): Draft {
    if (this.#round === undefined) {
      const draft = new Draft(this.state);
      const decided: BookEvent[] = [];
      const expected = this.#expire(this.now);
      for (const expiry of dueExpiries(draft, this.now)) {
        draft.take(expiry);
        decided.push(expiry);
      }
      const found = decided.map(
        (event) => event.type === 'ActExpired' && `${event.act} ${event.becomes} ${event.dueAt}`,
      );
      expect(found).toEqual(expected);
      this.#round = { draft, decided };
    }
    return this.#round.draft;
  }

  decide(command: Command, i: number, by: Pick<Context, 'actor' | 'roles'>): Decided {
    const draft = this.draft();
    const act = 'act' in command && command.act !== undefined ? this.#known(command.act) : undefined;
    const context: Context = {
      recordedAt: this.now,
      key: `k-${i}`,
      id: `a-${i}`,
      ...by,
      ...(act === undefined ? {} : { act }),
    };
    const decided = decide(draft, command, context);
    const { decided: inRound } = this.#round!;
    this.told.push({ command, actor: by.actor, decided, after: this.log.length + inRound.length });
    if ('event' in decided) {
      draft.take(decided.event);
      inRound.push(decided.event);
    }
    return decided;
  }

  /** Whatever changes what acts are decided by is decided alone. */
  alone(command: Command, i: number, by: Pick<Context, 'actor' | 'roles'>): Decided {
    this.end();
    const decided = this.decide(command, i, by);
    this.end();
    return decided;
  }

  end(): void {
    for (const event of this.#round?.decided ?? []) this.#put(event);
    this.#round = undefined;
  }

  passTo(now: number): void {
    this.end();
    this.now = now;
  }

  /** The book is put away, and comes back from its snapshot. */
  restore(): void {
    this.end();
    const restored = BookState.fromSnapshot(asHere(structuredClone(this.state.toSnapshot())));
    expect(restored.toSnapshot()).toEqual(this.state.toSnapshot());
    this.state = restored;
  }

  /** As the ledger has it, or, decided in this very round, as its client could not name it yet. */
  #known(act: string): ActOnLedger | undefined {
    const decided = this.#round!.decided.find((event) => isDecision(event) && event.id === act);
    return decided !== undefined && isDecision(decided) ? { decided } : this.#onLedger.get(act);
  }

  #put(event: BookEvent): void {
    evolve(this.state, event, this.state.revision + 1);
    this.log.push(event);
    if (isDecision(event)) this.#onLedger.set(event.id, { decided: event });
    else if ('buckets' in event && event.type !== 'ActReversed') {
      const settled: SettlingEvent = event;
      this.#onLedger.set(event.act, { decided: this.#onLedger.get(event.act)!.decided, settled });
    }
  }
}

/** Jest clones into another realm, whose lists are none to what evaluates rules; a service has but one. */
function asHere<T>(cloned: T): T {
  const copy = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
    if (Array.isArray(value)) return Array.from(value, copy);
    const members = (entries: Iterable<[unknown, unknown]>) =>
      Array.from(entries, ([k, v]) => [k, copy(v)] as const);
    const tag = Object.prototype.toString.call(value);
    if (tag === '[object Map]') return new Map(members(value as Map<unknown, unknown>));
    if (tag === '[object Set]') return new Set(value as Set<unknown>);
    return Object.fromEntries(members(Object.entries(value)) as [string, unknown][]);
  };
  return copy(cloned) as T;
}
