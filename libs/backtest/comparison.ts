/**
 * Adds up a report while the acts go by: what each was as recorded, and what it became under the candidate. Memory grows
 * with the people, places and guardrails of a book, never with its acts.
 */
import type { Amounts } from '../domain/act/act.ts';
import type { ActReversed, BookEvent, GuardrailReceipt } from '../domain/book/events.ts';
import type { Policy } from '../domain/policy/policy.ts';
import { formatInstant } from '../domain/time/instant.ts';
import { BitesOfGuardrails } from './bites.ts';
import type { Became } from './counterfactual.ts';
import { Flips } from './flips.ts';
import { notesFor } from './notes.ts';
import {
  type DecidedAct,
  guardrailName,
  isDecidedAct,
  OUTCOMES,
  type Outcome,
  outcomeOf,
  type RefusalCode,
  tookPlace,
} from './outcome.ts';
import type { Because, Change, Example, Report, Sum } from './report.ts';
import { addTo, nothing, takeFrom } from './sums.ts';

const EXAMPLES_PER_CHANGE = 5;

export interface About {
  readonly kind: Report['kind'];
  readonly book: string;
  readonly currency: string;
  readonly version: number;
  readonly document: number;
  readonly policy: Policy;
  readonly startedAfter: number;
  readonly from?: string;
  readonly to?: string;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Changing = Mutable<Omit<Change, 'examples'>> & { readonly examples: Example[] };

export class Comparison {
  readonly #about: About;
  #replayed = 0;
  #reported = 0;
  readonly #versions = new Map<number | null, number>();
  readonly #recorded = byOutcome();
  readonly #candidate = byOutcome();
  readonly #changes = new Map<string, Changing>();
  readonly #spent = {
    recorded: nothing(),
    candidate: nothing(),
    notSpent: nothing(),
    spentInAddition: nothing(),
  };
  readonly #recoveriesNotMade = nothing();
  readonly #employees = new Flips();
  readonly #locations = new Flips();
  readonly #guardrails = new BitesOfGuardrails();
  readonly #dropped = new Map<string, number>();

  constructor(about: About) {
    this.#about = about;
  }

  /** @param recorded an act's receipts may be left out where none of them found anything */
  take(position: number, recorded: BookEvent, became: Became): void {
    if (isDecidedAct(recorded)) this.#act(position, recorded, became);
    else if (recorded.type === 'ActReversed') this.#reversal(recorded, became);
  }

  #act(position: number, recorded: DecidedAct, became: Became): void {
    this.#replayed++;
    if (!this.#isReported(recorded.businessDate)) return;
    this.#reported++;
    const { amounts, asked } = recorded;
    const candidate = became.became === 'decided' && isDecidedAct(became.event) ? became.event : undefined;
    const then = outcomeOf(recorded);
    const now = candidate === undefined ? 'refused' : outcomeOf(candidate);
    this.#versions.set(recorded.policyVersion, (this.#versions.get(recorded.policyVersion) ?? 0) + 1);
    addTo(this.#recorded[then], amounts);
    addTo(this.#candidate[now], amounts);
    this.#guardrails.add('recorded', recorded);
    if (candidate !== undefined) this.#guardrails.add('candidate', candidate);
    const madeThen = tookPlace(then);
    const madeNow = tookPlace(now);
    if (madeThen) addTo(this.#spent.recorded, amounts);
    if (madeNow) addTo(this.#spent.candidate, amounts);
    if (madeThen && !madeNow) {
      addTo(this.#spent.notSpent, amounts);
      if (asked.trigger === 'recovery') addTo(this.#recoveriesNotMade, amounts);
    } else if (madeNow && !madeThen) addTo(this.#spent.spentInAddition, amounts);
    this.#employees.add(asked.employee, amounts, then, now);
    this.#locations.add(asked.location, amounts, then, now);
    if (then !== now) this.#change(position, recorded, became, then, now);
  }

  #change(position: number, recorded: DecidedAct, became: Became, from: Outcome, to: Outcome): void {
    const id = `${from} ${to}`;
    let change = this.#changes.get(id);
    if (change === undefined) {
      change = { from, to, ...nothing(), recoveries: 0, examples: [] };
      this.#changes.set(id, change);
    }
    addTo(change, recorded.amounts);
    if (recorded.asked.trigger === 'recovery') change.recoveries++;
    if (change.examples.length < EXAMPLES_PER_CHANGE)
      change.examples.push(exampleOf(position, recorded, became));
  }

  /** Given back is given back to the day of the act: spend is told net. */
  #reversal(recorded: ActReversed, became: Became): void {
    if (!this.#isReported(recorded.businessDate)) return;
    takeFrom(this.#spent.recorded, recorded.amounts);
    if (became.became === 'decided') {
      takeFrom(this.#spent.candidate, (became.event as ActReversed).amounts);
      return;
    }
    takeFrom(this.#spent.notSpent, recorded.amounts);
    const dropped = 'reversal';
    this.#dropped.set(dropped, (this.#dropped.get(dropped) ?? 0) + 1);
  }

  #isReported(businessDate: string): boolean {
    const { from, to } = this.#about;
    return (from === undefined || businessDate >= from) && (to === undefined || businessDate <= to);
  }

  /** @param position the newest event that was looked at */
  report(position: number): Report {
    const { kind, book, currency, version, document, policy, startedAfter, from, to } = this.#about;
    const changes = [...this.#changes.values()].sort(
      (a, b) => rank(a.from) - rank(b.from) || rank(a.to) - rank(b.to),
    );
    const changed = changes.reduce((acts, change) => acts + change.acts, 0);
    const span = { from: from ?? null, to: to ?? null };
    return {
      kind,
      book,
      currency,
      candidate: { version, ...(policy.title === undefined ? {} : { title: policy.title }), document },
      comparedWith: {
        decisions: 'as recorded',
        versions: [...this.#versions]
          .sort(([a], [b]) => (a ?? 0) - (b ?? 0))
          .map(([policyVersion, acts]) => ({ policyVersion, acts })),
      },
      position,
      startedAfter,
      span,
      acts: { replayed: this.#replayed, reported: this.#reported, same: this.#reported - changed, changed },
      outcomes: structuredClone({ recorded: this.#recorded, candidate: this.#candidate }),
      changes: structuredClone(changes),
      spent: structuredClone(this.#spent),
      recoveriesNotMade: { ...this.#recoveriesNotMade },
      employees: this.#employees.ranking(),
      locations: this.#locations.ranking(),
      guardrails: this.#guardrails.figures(policy),
      dropped: [...this.#dropped].sort().map(([fact, count]) => ({ fact, count })),
      notes: notesFor({ kind, span }),
    };
  }
}

function byOutcome(): Record<Outcome, Sum> {
  return Object.fromEntries(OUTCOMES.map((outcome) => [outcome, nothing()])) as Record<Outcome, Sum>;
}

function rank(outcome: Outcome): number {
  return OUTCOMES.indexOf(outcome);
}

function exampleOf(position: number, recorded: DecidedAct, became: Became): Example {
  const { id, asked, occurredAt, businessDate, amounts, policyVersion, guardrails } = recorded;
  const { mode, kind, trigger, employee, location, customer, incident } = asked;
  const candidate = became.became === 'decided' && isDecidedAct(became.event) ? became.event.guardrails : [];
  const refusal: { refusal?: RefusalCode } = became.became === 'refused' ? { refusal: became.code } : {};
  return {
    act: id,
    position,
    occurredAt: formatInstant(occurredAt),
    businessDate,
    mode,
    kind,
    trigger,
    employee,
    location,
    ...(customer === undefined ? {} : { customer }),
    ...(incident === undefined ? {} : { incident }),
    ...(amounts as Amounts),
    recorded: { policyVersion, because: becauseOf(guardrails) },
    candidate: { because: becauseOf(candidate), ...refusal },
  };
}

function becauseOf(guardrails: readonly GuardrailReceipt[]): Because[] {
  return guardrails.flatMap((receipt): Because[] => {
    const { finding } = receipt;
    if (finding === 'within') return [];
    const guardrail = guardrailName(receipt);
    if (!('limit' in receipt)) {
      return [{ guardrail, finding, ...('rule' in receipt ? { message: receipt.message } : {}) }];
    }
    const { key, window, measures, missing } = receipt;
    if (missing !== undefined) return [{ guardrail, finding, missing }];
    const figures = Object.entries(measures).map(([measure, [allowed, usedBefore]]) => [
      measure,
      { allowed, usedBefore },
    ]);
    return [{ guardrail, finding, key, window: window.label, measures: Object.fromEntries(figures) }];
  });
}
