/** Who, or where, acts come to something else under the candidate. */
import type { Amounts } from '../domain/act/act.ts';
import { type Outcome, tookPlace } from './outcome.ts';
import type { Flip, Ranking, Sum } from './report.ts';
import { addTo, nothing } from './sums.ts';

const MOST_LISTED = 50;

interface Entry {
  acts: number;
  readonly notMade: Sum;
  readonly madeInAddition: Sum;
  otherwiseWarned: number;
}

export class Flips {
  readonly #entries = new Map<string, Entry>();

  add(id: string, amounts: Amounts, then: Outcome, now: Outcome): void {
    let entry = this.#entries.get(id);
    if (entry === undefined) {
      entry = { acts: 0, notMade: nothing(), madeInAddition: nothing(), otherwiseWarned: 0 };
      this.#entries.set(id, entry);
    }
    entry.acts++;
    if (then === now) return;
    const madeThen = tookPlace(then);
    const madeNow = tookPlace(now);
    if (madeThen && !madeNow) addTo(entry.notMade, amounts);
    else if (madeNow && !madeThen) addTo(entry.madeInAddition, amounts);
    else if (madeNow) entry.otherwiseWarned++;
  }

  /** Those with the most acts that flip first; then by cost, then by id. */
  ranking(): Ranking {
    const flips: Flip[] = [];
    for (const [id, entry] of this.#entries) {
      if (flipped(entry) > 0 || entry.otherwiseWarned > 0) flips.push({ id, ...structuredClone(entry) });
    }
    flips.sort(
      (a, b) =>
        flipped(b) - flipped(a) ||
        costOf(b) - costOf(a) ||
        b.otherwiseWarned - a.otherwiseWarned ||
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
