/** The acts that a backtest keeps: those that are reversed later, until nothing of them is left. */
import type { ActOnLedger } from '../domain/book/context.ts';
import type { ActDecision, SettlingEvent } from '../domain/book/events.ts';
import type { KeptActs } from './counterfactual.ts';

/** The ids of acts. */
export type ReversedActs = Pick<ReadonlySet<string>, 'has'>;

export class ActsToReverse implements KeptActs {
  readonly #reversed: ReversedActs;
  readonly #acts = new Map<string, ActOnLedger>();

  /** @param reversed all acts that are ever reversed; more do no harm */
  constructor(reversed: ReversedActs) {
    this.#reversed = reversed;
  }

  keep(decided: ActDecision): void {
    if (this.#reversed.has(decided.id)) this.#acts.set(decided.id, { decided });
  }

  settle(settled: SettlingEvent): void {
    const act = this.#acts.get(settled.act);
    if (act !== undefined) this.#acts.set(settled.act, { ...act, settled });
  }

  find(id: string): ActOnLedger | undefined {
    return this.#acts.get(id);
  }

  forget(id: string): void {
    this.#acts.delete(id);
  }

  get size(): number {
    return this.#acts.size;
  }

  /** @param isOver nothing of the act is reversed any more */
  forgetAll(isOver: (id: string) => boolean): void {
    for (const id of this.#acts.keys()) if (isOver(id)) this.#acts.delete(id);
  }
}
