/** What became of every row. Nothing is lost silently: the parts must add up to the rows read. */
import type { FactKind } from './map.ts';
import type { SentAmounts } from './mapping.ts';

/** Of one kind of fact. */
export class FactTally {
  recorded = 0;
  alreadyThere = 0;
  /** Dry run only: would have been sent. */
  wouldSend = 0;

  get total(): number {
    return this.recorded + this.alreadyThere + this.wouldSend;
  }
}

export class Tally {
  rows = 0;
  withBreaches = 0;
  lastLine = 0;
  readonly facts: Readonly<Record<FactKind, FactTally>> = {
    act: new FactTally(),
    outcome: new FactTally(),
    incident: new FactTally(),
  };
  readonly skipped = new Map<string, number>();
  readonly rejected = new Map<string, number>();
  #retailMinor = 0n;
  #costMinor = 0n;
  #valueMinor = 0n;

  addSkipped(reason: string): void {
    this.skipped.set(reason, (this.skipped.get(reason) ?? 0) + 1);
  }

  addRejected(reason: string): void {
    this.rejected.set(reason, (this.rejected.get(reason) ?? 0) + 1);
  }

  addAmounts(amounts: SentAmounts): void {
    this.#retailMinor += BigInt(amounts.retailMinor ?? 0);
    this.#costMinor += BigInt(amounts.costMinor ?? 0);
    this.#valueMinor += BigInt(amounts.valueMinor ?? 0);
  }

  get rejectedRows(): number {
    return sum(this.rejected);
  }

  /** Rows read of which nothing is known yet; 0 at the end of a whole run. */
  get unsettled(): number {
    const facts = Object.values(this.facts).reduce((all, { total }) => all + total, 0);
    return this.rows - facts - sum(this.skipped) - sum(this.rejected);
  }

  /** Of the acts, as the map gave them; text once they exceed what JSON figures hold exactly. */
  get amounts(): { retailMinor: number | string; costMinor: number | string } {
    return { retailMinor: exact(this.#retailMinor), costMinor: exact(this.#costMinor) };
  }

  /** Of the outcomes, likewise. */
  get valueMinor(): number | string {
    return exact(this.#valueMinor);
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
