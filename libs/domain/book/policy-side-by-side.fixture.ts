/** The life of policies, and who reviews signals, told to a book and to its reference model. */
import { expect } from '@jest/globals';
import { type Actor, ADMIN } from '../access/access.ts';
import type { Policy } from '../policy/policy.ts';
import { signalId } from '../signal/signal.ts';
import { NRF } from '../time/fiscal-calendar.ts';
import { answered } from './answered.fixture.ts';
import { MINUTE } from './directory.fixture.ts';
import { calendarOf } from './location-calendar.ts';
import { otherWords } from './other-words.fixture.ts';
import type { Life, NewPolicy, PolicyStep, Restate, Review, When } from './policy-histories.fixture.ts';
import type { PolicyCommand } from './policy-life.ts';
import { policyStatuses } from './policy-status.ts';
import type { ReferenceBook } from './reference-model.fixture.ts';
import { type By, type ModelStage, said } from './reference-policies.fixture.ts';
import type { Rounds } from './rounds.fixture.ts';
import { activeVersion } from './state.ts';

const SOURCE = { format: 'json', text: '' } as const;
/** Writes nothing, and so may agree to anything. */
const SECOND: Actor = { subject: 'second', roles: ['operations'] };
const BASIS = { position: 0, from: '2026-10-01', to: '2026-10-24', observed: 3, exposure: 9 };

export class PolicySideBySide {
  readonly #rounds: Rounds;
  readonly #model: ReferenceBook;
  /** Activated last: what others are like it. */
  activated: Policy;

  /** Opens the book. */
  constructor(
    { rounds, model }: { readonly rounds: Rounds; readonly model: ReferenceBook },
    policy: Policy,
    fourEyes: boolean,
  ) {
    this.#rounds = rounds;
    this.#model = model;
    this.activated = policy;
    rounds.alone({ type: 'DefineBook', book: bookOf(fourEyes) }, 0, by(ADMIN));
    model.policies.fourEyes = fourEyes;
  }

  step(step: PolicyStep, i: number): void {
    switch (step.do) {
      case 'policy':
        this.#newPolicy(step, i);
        break;
      case 'life':
        this.#live(step, i);
        break;
      case 'restate':
        this.#restate(step, i);
        break;
      case 'review':
        this.#review(step, i);
    }
    this.#compare();
  }

  /** Through as many hands as the book asks for. */
  #newPolicy({ change, by: subject, until, when }: NewPolicy, i: number): void {
    const policy = 'policy' in change ? change.policy : otherWords(this.activated, change);
    const { policies } = this.#model;
    const author: Actor = { subject, roles: ['operations'] };
    this.#tell({ type: 'DraftPolicy', policy, source: SOURCE }, author, i);
    const version = policies.count;
    if (policies.fourEyes || until !== 'activated') {
      this.#tell({ type: 'SubmitPolicy', version }, author, i);
      if (until !== 'submitted') this.#tell({ type: 'ApprovePolicy', version }, SECOND, i);
    }
    if (until === 'activated') {
      this.#tell({ type: 'ActivatePolicy', version, ...this.#starting(when) }, author, i);
    }
    expect(policies.stage(version)).toBe(until);
  }

  #live(step: Life, i: number): void {
    const { which, any, by: whoever, own, words, inEuros, again, when } = step;
    const { policies } = this.#model;
    const nowhere = any && which % 7 === 0;
    const version = nowhere ? policies.count + 1 : this.#pick(which, any && which % 3 === 0);
    const what = any ? step.what : fitting(step.what, policies.stage(version));
    const edit = nowhere ? 0 : policies.edits(version);
    const ifMatch = step.seen === 'newest' ? edit : edit - 1;
    const seen = step.seen === 'unsaid' ? {} : { ifMatch };
    const written = otherWords(this.activated, words);
    const sent = again && !nowhere ? policies.words(version) : written;
    const policy = inEuros ? { ...sent, currency: 'EUR' } : sent;
    const told: Readonly<Record<Life['what'], PolicyCommand>> = {
      draft: { type: 'DraftPolicy', policy, source: SOURCE },
      edit: { type: 'EditPolicy', version, policy, source: SOURCE, ifMatch },
      submit: { type: 'SubmitPolicy', version, ...seen },
      approve: { type: 'ApprovePolicy', version, ...seen },
      reject: { type: 'RejectPolicy', version, reason: 'no', ...seen },
      'roll-back': { type: 'RollBackPolicy', version },
      activate: { type: 'ActivatePolicy', version, ...this.#starting(when) },
    };
    const authors = own && what === 'approve' && !nowhere ? policies.authors(version) : [whoever.subject];
    this.#tell(told[what], { ...whoever, subject: authors[which % authors.length]! }, i);
  }

  /** Unless any: of those that something is left to be done with. */
  #pick(which: number, any: boolean): number {
    const { policies } = this.#model;
    const all = Array.from({ length: policies.count }, (_, at) => at + 1);
    const unfinished = all.filter((version) => policies.stage(version) !== 'activated');
    const from = any || unfinished.length === 0 ? all : unfinished;
    return from[which % from.length]!;
  }

  #tell(command: PolicyCommand, actor: Actor, i: number): void {
    const { now } = this.#rounds;
    const found = answered(this.#rounds.alone(command, i, by(actor)));
    const expected = actor.roles.some((role) => role === 'operations' || role === 'admin')
      ? this.#expected(
          command,
          { by: actor.subject, ifMatch: 'ifMatch' in command ? command.ifMatch : undefined },
          now,
        )
      : 'not-allowed';
    expect(`${command.type}: ${found}`).toBe(`${command.type}: ${expected}`);
    if (found === 'activated' && 'version' in command) {
      this.activated = this.#model.policies.words(command.version);
    }
  }

  #expected(command: PolicyCommand, who: By, now: number): string {
    const { policies } = this.#model;
    switch (command.type) {
      case 'DraftPolicy':
        return policies.draft(command.policy, who);
      case 'EditPolicy':
        return policies.edit(command.version, command.policy, who);
      case 'SubmitPolicy':
        return policies.submit(command.version, who);
      case 'ApprovePolicy':
        return policies.approve(command.version, who);
      case 'RejectPolicy':
        return policies.reject(command.version, who);
      case 'RollBackPolicy':
        return policies.rollBack(command.version, who);
      case 'ActivatePolicy':
        return policies.activate(command.version, command, who, now);
    }
  }

  #restate({ fourEyes, currency }: Restate, i: number): void {
    const command = { type: 'DefineBook', book: { ...bookOf(fourEyes), currency } } as const;
    const found = answered(this.#rounds.alone(command, i, by(ADMIN)));
    expect(found).toBe(this.#model.policies.restate(fourEyes, currency));
  }

  #review({ by: actor, about, shown }: Review, i: number): void {
    const asked = {
      signal: signalId('few-customers', { employee: about }),
      verdict: 'cleared',
      reason: 'r',
    } as const;
    const command = { type: 'ReviewSignal', asked, basis: shown ? BASIS : null } as const;
    const found = answered(this.#rounds.alone(command, i, { actor, roles: ADMIN.roles }));
    expect(found).toBe(this.#model.policies.review(actor, about, shown));
  }

  #starting({ laterMin, days }: When): { readonly from?: number; readonly fromDate?: string } {
    const { now } = this.#rounds;
    if (laterMin !== undefined) return { from: now + laterMin * MINUTE };
    if (days === undefined) return {};
    return { fromDate: new Date(now + days * 86_400_000).toISOString().slice(0, 10) };
  }

  /** Every version as it stands, what it says, and who wrote it. */
  #compare(): void {
    const { state, now } = this.#rounds;
    const { policies } = this.#model;
    const versions = Array.from({ length: policies.count }, (_, at) => at + 1);
    const statuses = policyStatuses(state, now);
    const found = [...state.policies].map(([version, { policy, authors, edit }]) =>
      [version, statuses.get(version), edit, ...[...authors].sort(), said(policy)].join(),
    );
    const expected = versions.map((version) =>
      [
        version,
        policies.status(version, now),
        policies.edits(version),
        ...[...new Set(policies.authors(version))].sort(),
        said(policies.words(version)),
      ].join(),
    );
    expect(found).toEqual(expected);
  }

  /** At every step, because time alone changes it. */
  compareInForce(): void {
    const { state, now } = this.#rounds;
    const places = [undefined, ...this.#model.locations.keys()];
    expect(places.map((place) => activeVersion(state, now, calendarOf(state, place)))).toEqual(
      places.map((place) => this.#model.inForce(now, place)?.version ?? null),
    );
  }
}

function bookOf(fourEyes: boolean) {
  return { currency: 'GBP', timeZone: 'UTC', fourEyes, fiscalCalendar: NRF };
}

function by({ subject: actor, roles }: Actor) {
  return { actor, roles };
}

/** What may be done, or, with what has been agreed to, what must never be. */
function fitting(wanted: Life['what'], stage: ModelStage): Life['what'] {
  if (wanted === 'draft') return 'draft';
  const back = wanted === 'edit' || wanted === 'reject';
  if (stage === 'draft') return back ? 'edit' : 'submit';
  if (stage === 'submitted') return back ? 'reject' : 'approve';
  if (stage === 'approved') return wanted === 'roll-back' || wanted === 'edit' ? wanted : 'activate';
  return wanted === 'roll-back' || wanted === 'activate' ? wanted : 'draft';
}
