/** Who, or where, acts come to something else under the candidate. */
import type { Amounts } from '../domain/act/act.ts';
import type { Flip, Ranking, Sum } from './report.ts';
import { addTo, nothing } from './sums.ts';
import type { Made } from './waiting.ts';

const MOST_LISTED = 50;

interface Entry {
  acts: number;
  readonly notMade: Sum;
  readonly madeInAddition: Sum;
  decidedOtherwise: number;
}

export class Flips {
  readonly #entries: Map<string, Entry>;

  constructor(entries: Map<string, Entry> = new Map()) {
    this.#entries = entries;
  }

  /** @param amounts as asked for; @param isChanged whether the decision itself differs */
  add(id: string, amounts: Amounts, then: Made, now: Made, isChanged: boolean): void {
    let entry = this.#entries.get(id);
    if (entry === undefined) {
      entry = { acts: 0, notMade: nothing(), madeInAddition: nothing(), decidedOtherwise: 0 };
      this.#entries.set(id, entry);
    }
    entry.acts++;
    if (then !== undefined && now === undefined) addTo(entry.notMade, amounts);
    else if (then === undefined && now !== undefined) addTo(entry.madeInAddition, amounts);
    else if (isChanged) entry.decidedOtherwise++;
  }

  copy(): Flips {
    return new Flips(structuredClone(this.#entries));
  }

  /** Those with the most acts that flip first; then by cost, then by what is decided otherwise, then by id. */
  ranking(): Ranking {
    const flips: Flip[] = [];
    for (const [id, entry] of this.#entries) {
      if (flipped(entry) > 0 || entry.decidedOtherwise > 0) flips.push({ id, ...structuredClone(entry) });
    }
    flips.sort(
      (a, b) =>
        flipped(b) - flipped(a) ||
        costOf(b) - costOf(a) ||
        b.decidedOtherwise - a.decidedOtherwise ||
        (a.id < b.id ? -1 : 1),
    );
    return { count: flips.length, first: flips.slice(0, MOST_LISTED) };
  }
}

function flipped({ notMade, madeInAddition }: Entry): number {
  return notMade.acts + madeInAddition.acts;
}

function costOf({ notMade, madeInAddition }: Entry): number {
  return notMade.costMinor + madeInAddition.costMinor;
}
