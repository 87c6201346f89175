/** The acts that a backtest keeps: those that are reversed later, until nothing of them is left. */
import type { ActOnLedger } from '../domain/book/context.ts';
import type { ActDecision, SettlingEvent } from '../domain/book/events.ts';
import type { KeptActs } from './counterfactual.ts';

export class ActsToReverse implements KeptActs {
  readonly #reversed: ReadonlySet<string>;
  readonly #acts = new Map<string, ActOnLedger>();

  /** @param reversed the ids of all acts that are ever reversed; more do no harm */
  constructor(reversed: ReadonlySet<string>) {
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
}
