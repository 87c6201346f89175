/** What was given, as recorded and under the candidate, and to whom or where that differs. */
import type { ActDecision, ActReversed } from '../domain/book/events.ts';
import type { Became } from './counterfactual.ts';
import { Flips } from './flips.ts';
import type { Report } from './report.ts';
import { addTo, nothing, takeFrom } from './sums.ts';
import { ENDS, type End, type Made, type WaitingAct } from './waiting.ts';

/** An act of which is known, on both sides, whether it was made. */
export interface Given {
  readonly recorded: ActDecision;
  /** Whether the decision itself differs. */
  readonly isChanged: boolean;
}

export class Spend {
  readonly #spent = {
    recorded: nothing(),
    candidate: nothing(),
    notSpent: nothing(),
    spentInAddition: nothing(),
  };
  readonly #recoveriesNotMade = nothing();
  readonly #ends = { recorded: byEnd(), candidate: byEnd() };
  #employees = new Flips();
  #locations = new Flips();

  /** @param isChanged whether the decision itself differs */
  add({ asked, amounts }: ActDecision, isChanged: boolean, then: Made, now: Made): void {
    const spent = this.#spent;
    if (then !== undefined) addTo(spent.recorded, then);
    if (now !== undefined) addTo(spent.candidate, now);
    if (then !== undefined && now === undefined) {
      addTo(spent.notSpent, then);
      if (asked.trigger === 'recovery') addTo(this.#recoveriesNotMade, then);
    } else if (then === undefined && now !== undefined) addTo(spent.spentInAddition, now);
    else if (then !== undefined && now !== undefined) {
      spent.notSpent.costMinor += then.costMinor - now.costMinor;
      spent.notSpent.retailMinor += then.retailMinor - now.retailMinor;
    }
    this.#employees.add(asked.employee, amounts, then, now, isChanged);
    this.#locations.add(asked.location, amounts, then, now, isChanged);
  }

  addWaited({ about, recorded, candidate }: WaitingAct<Given>): void {
    if (recorded.end !== undefined) this.#ends.recorded[recorded.end]++;
    if (candidate.end !== undefined) this.#ends.candidate[candidate.end]++;
    this.add(about.recorded, about.isChanged, recorded.made, candidate.made);
  }

  /** Given back is given back to the day of the act: spend is told net. */
  reverse({ amounts }: ActReversed, became: Became): void {
    takeFrom(this.#spent.recorded, amounts);
    takeFrom(this.#spent.notSpent, amounts);
    if (became.became !== 'decided') return;
    const now = (became.event as ActReversed).amounts;
    takeFrom(this.#spent.candidate, now);
    this.#spent.notSpent.costMinor += now.costMinor;
    this.#spent.notSpent.retailMinor += now.retailMinor;
  }

  /** With those that still wait: nothing has been given for them yet. Adding up goes on untouched. */
  report(
    waiting: Iterable<WaitingAct<Given>>,
  ): Pick<Report, 'spent' | 'recoveriesNotMade' | 'waited' | 'employees' | 'locations'> {
    const all = new Spend();
    Object.assign(all.#spent, structuredClone(this.#spent));
    Object.assign(all.#recoveriesNotMade, this.#recoveriesNotMade);
    Object.assign(all.#ends, structuredClone(this.#ends));
    all.#employees = this.#employees.copy();
    all.#locations = this.#locations.copy();
    for (const act of waiting) all.addWaited(act);
    return {
      spent: all.#spent,
      recoveriesNotMade: all.#recoveriesNotMade,
      waited: all.#ends,
      employees: all.#employees.ranking(),
      locations: all.#locations.ranking(),
    };
  }
}

function byEnd(): Record<End, number> {
  return Object.fromEntries(ENDS.map((end) => [end, 0])) as Record<End, number>;
}
