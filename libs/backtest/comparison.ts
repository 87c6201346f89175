/**
 * Adds up a report while the acts go by: what each was as recorded, and what it became under the candidate. Memory grows
 * with the people, places and guardrails of a book and with the acts that wait, never with its acts.
 */
import { type ActDecision, type BookEvent, isDecision, type SettlingEvent } from '../domain/book/events.ts';
import type { Policy } from '../domain/policy/policy.ts';
import { BitesOfGuardrails } from './bites.ts';
import type { Became } from './counterfactual.ts';
import { exampleOf } from './examples.ts';
import { notesFor } from './notes.ts';
import { OUTCOMES, type Outcome, outcomeOf } from './outcome.ts';
import type { Change, Example, Report, Sum } from './report.ts';
import { type Given, Spend } from './spend.ts';
import { addTo, nothing } from './sums.ts';
import { madeOf, type Side, sideOf, WaitingActs, waits } from './waiting.ts';

const EXAMPLES_PER_CHANGE = 5;

/** What a recorded fact is called when nothing under the candidate answers to it. */
const DROPPED: Partial<Record<BookEvent['type'], string>> = {
  ActReversed: 'reversal',
  ActApproved: 'approval',
  ActRejected: 'rejection',
  ActCommitted: 'commit',
  ActReleased: 'release',
};

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
  readonly #versions = new Map<number | null, { readonly policyVersion: number | null; acts: number }>();
  readonly #recorded = byOutcome();
  readonly #candidate = byOutcome();
  readonly #changes = new Map<string, Changing>();
  readonly #waiting = new WaitingActs<Given>();
  readonly #spend = new Spend();
  readonly #guardrails = new BitesOfGuardrails();
  readonly #dropped = new Map<string, number>();

  constructor(about: About) {
    this.#about = about;
  }

  /** @param recorded an act's receipts may be left out where none of them found anything */
  take(position: number, recorded: BookEvent, became: Became): void {
    for (const expired of became.expired) this.#settle('candidate', expired);
    if (isDecision(recorded)) {
      this.#act(position, recorded, became);
      return;
    }
    switch (recorded.type) {
      case 'ActApproved':
      case 'ActRejected':
      case 'ActCommitted':
      case 'ActReleased':
      case 'ActExpired':
        this.#settle('recorded', recorded);
        if (became.became === 'decided') this.#settle('candidate', became.event as SettlingEvent);
        break;
      case 'ActReversed':
        // Of an act from before a shadow began: it is not among those that are reported.
        if (became.became === 'folded') return;
        if (this.#isReported(recorded.businessDate)) this.#spend.reverse(recorded, became);
        break;
      default:
        return;
    }
    if (became.became === 'refused' && this.#isReported(recorded.businessDate)) this.#drop(recorded.type);
  }

  #act(position: number, recorded: ActDecision, became: Became): void {
    this.#replayed++;
    if (!this.#isReported(recorded.businessDate)) return;
    this.#reported++;
    const { amounts } = recorded;
    const candidate = became.became === 'decided' ? (became.event as ActDecision) : undefined;
    const then = outcomeOf(recorded);
    const now = candidate === undefined ? 'refused' : outcomeOf(candidate);
    this.#countVersion(recorded.policyVersion);
    addTo(this.#recorded[then], amounts);
    addTo(this.#candidate[now], amounts);
    this.#guardrails.add('recorded', recorded);
    if (candidate !== undefined) this.#guardrails.add('candidate', candidate);
    if (then !== now) this.#change(position, recorded, became, then, now);
    const isChanged = then !== now;
    if (waits(recorded) || waits(candidate)) {
      const about = { recorded, isChanged };
      this.#waiting.add(recorded.id, { about, recorded: sideOf(recorded), candidate: sideOf(candidate) });
    } else this.#spend.add(recorded, isChanged, madeOf(recorded), madeOf(candidate));
  }

  #countVersion(policyVersion: number | null): void {
    const counted = this.#versions.get(policyVersion);
    if (counted === undefined) this.#versions.set(policyVersion, { policyVersion, acts: 1 });
    else counted.acts++;
  }

  #settle(side: Side, event: SettlingEvent): void {
    const settled = this.#waiting.settle(side, event);
    if (settled !== undefined) this.#spend.addWaited(settled);
  }

  #change(position: number, recorded: ActDecision, became: Became, from: Outcome, to: Outcome): void {
    const id = `${from} ${to}`;
    let change = this.#changes.get(id);
    if (change === undefined) {
      change = { from, to, ...nothing(), recoveries: 0, examples: [] };
      this.#changes.set(id, change);
    }
    addTo(change, recorded.amounts);
    if (recorded.asked.trigger === 'recovery') change.recoveries++;
    if (change.examples.length < EXAMPLES_PER_CHANGE) {
      change.examples.push(exampleOf(position, recorded, became));
    }
  }

  #drop(type: BookEvent['type']): void {
    const fact = DROPPED[type];
    if (fact !== undefined) this.#dropped.set(fact, (this.#dropped.get(fact) ?? 0) + 1);
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
    const { spent, recoveriesNotMade, waited, employees, locations } = this.#spend.report(
      this.#waiting.values(),
    );
    return {
      kind,
      book,
      currency,
      candidate: { version, ...(policy.title === undefined ? {} : { title: policy.title }), document },
      comparedWith: {
        decisions: 'as recorded',
        versions: structuredClone([...this.#versions.values()]).sort(
          (a, b) => (a.policyVersion ?? 0) - (b.policyVersion ?? 0),
        ),
      },
      position,
      startedAfter,
      span,
      acts: { replayed: this.#replayed, reported: this.#reported, same: this.#reported - changed, changed },
      outcomes: structuredClone({ recorded: this.#recorded, candidate: this.#candidate }),
      changes: structuredClone(changes),
      spent,
      recoveriesNotMade,
      waited,
      employees,
      locations,
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
