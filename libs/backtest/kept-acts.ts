/** The acts that a backtest keeps: those that are reversed later, until nothing of them is left. */
import type { ActAccepted } from '../domain/book/events.ts';
import type { KeptActs } from './counterfactual.ts';

export class ActsToReverse implements KeptActs {
  readonly #reversed: ReadonlySet<string>;
  readonly #acts = new Map<string, ActAccepted>();

  /** @param reversed the ids of all acts that are ever reversed; more do no harm */
  constructor(reversed: ReadonlySet<string>) {
    this.#reversed = reversed;
  }

  keep(act: ActAccepted): void {
    if (this.#reversed.has(act.id)) this.#acts.set(act.id, act);
  }

  find(id: string): ActAccepted | undefined {
    return this.#acts.get(id);
  }

  forget(id: string): void {
    this.#acts.delete(id);
  }
}
