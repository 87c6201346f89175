/** What became of every row. Nothing is lost silently: the parts must add up to the rows read. */
import type { SentAmounts } from './mapping.ts';

export class Tally {
  rows = 0;
  recorded = 0;
  alreadyThere = 0;
  /** Dry run only: acts that would have been sent. */
  wouldSend = 0;
  withBreaches = 0;
  lastLine = 0;
  readonly notActs = new Map<string, number>();
  readonly rejected = new Map<string, number>();
  #retailMinor = 0n;
  #costMinor = 0n;

  addNotAct(reason: string): void {
    this.notActs.set(reason, (this.notActs.get(reason) ?? 0) + 1);
  }

  addRejected(reason: string): void {
    this.rejected.set(reason, (this.rejected.get(reason) ?? 0) + 1);
  }

  addAmounts(amounts: SentAmounts): void {
    this.#retailMinor += BigInt(amounts.retailMinor ?? 0);
    this.#costMinor += BigInt(amounts.costMinor ?? 0);
  }

  get rejectedRows(): number {
    return sum(this.rejected);
  }

  get acts(): number {
    return this.recorded + this.alreadyThere + this.wouldSend;
  }

  /** Rows read of which nothing is known yet; 0 at the end of a whole run. */
  get unsettled(): number {
    return this.rows - this.acts - sum(this.notActs) - sum(this.rejected);
  }

  /** Of the acts, as the map gave them; text once they exceed what JSON figures hold exactly. */
  get amounts(): { retailMinor: number | string; costMinor: number | string } {
    return { retailMinor: exact(this.#retailMinor), costMinor: exact(this.#costMinor) };
  }
}

export function sum(counts: ReadonlyMap<string, number>): number {
  let total = 0;
  for (const count of counts.values()) total += count;
  return total;
}

function exact(amount: bigint): number | string {
  return amount <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(amount) : amount.toString();
}
