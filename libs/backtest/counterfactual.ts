/**
 * A book as it would stand had one policy version been in force from the first activation, or from before the first act
 * where that came sooner: every recorded fact is
 * turned back into its command and decided by the same `decide`, at the time and with the id, key and actor it was
 * recorded with. Usage follows the counterfactual: what was not accepted here uses nothing here, and what waits here and
 * nobody answered for falls due by the candidate's own deadline.
 */
import type { AccessRole } from '../domain/access/access.ts';
import { commandOf, idOf } from '../domain/book/command-of.ts';
import type { RefusalCode } from '../domain/book/commands.ts';
import type { ActOnLedger, Context } from '../domain/book/context.ts';
import { decide } from '../domain/book/decide.ts';
import { Draft } from '../domain/book/draft.ts';
import {
  type ActDecision,
  type ActExpired,
  type BookEvent,
  isDecision,
  type PolicyActivated,
  type SettlingEvent,
  type Stamp,
} from '../domain/book/events.ts';
import { evolve } from '../domain/book/evolve.ts';
import { dueExpiries } from '../domain/book/expiry.ts';
import type { Activation } from '../domain/book/policy-version.ts';
import type { BookState } from '../domain/book/state.ts';
import type { Policy } from '../domain/policy/policy.ts';
import { DAY_MS } from '../domain/time/civil-date.ts';
import type { FiscalCalendar } from '../domain/time/fiscal-calendar.ts';
import { essenceOfOpen } from './act-essence.ts';

/**
 * How each fact comes into the counterfactual: `decided` anew; `folded` as it came, because no policy has a say in it;
 * `leftOut`, because it says which policy is in force, or asks a question; `due`: a deadline, and here there are others.
 */
const TREATMENT = {
  BookDefined: 'folded',
  LocationDefined: 'folded',
  EmployeeDefined: 'folded',
  ItemDefined: 'folded',
  CampaignDefined: 'folded',
  PolicyDrafted: 'leftOut',
  PolicyEdited: 'leftOut',
  PolicySubmitted: 'leftOut',
  PolicyApproved: 'leftOut',
  PolicyRejected: 'leftOut',
  PolicyActivated: 'leftOut',
  ActAccepted: 'decided',
  ActDeclined: 'decided',
  ActHeld: 'decided',
  ActReserved: 'decided',
  ActReversed: 'decided',
  ActApproved: 'decided',
  ActRejected: 'decided',
  ActCommitted: 'decided',
  ActReleased: 'decided',
  ActExpired: 'due',
  ApprovalCodeMade: 'decided',
  // Given by people, whatever the policy says: into the bucket they name, if the candidate has it.
  BucketAdjusted: 'folded',
  BucketTransferred: 'folded',
  BacktestRequested: 'leftOut',
  StoryProposed: 'leftOut',
  StoryConsented: 'leftOut',
  StoryWithdrawn: 'leftOut',
  StoryPublished: 'leftOut',
  StoryRetold: 'leftOut',
  StoryTakenUp: 'leftOut',
  RecognitionGiven: 'leftOut',
  ShadowStarted: 'leftOut',
  ShadowStopped: 'leftOut',
  IncidentOpened: 'leftOut',
  IncidentResolved: 'leftOut',
  IncidentReopened: 'leftOut',
  OutcomeRecorded: 'leftOut',
  SignalReviewed: 'leftOut',
  LotDrawn: 'leftOut',
} as const satisfies Record<BookEvent['type'], 'decided' | 'folded' | 'leftOut' | 'due'>;

export interface Candidate {
  readonly version: number;
  readonly policy: Policy;
  /** Of the book, where the policy has fiscal windows: it may have been stated only after the first acts. */
  readonly fiscalCalendar?: FiscalCalendar;
}

/** The acts that a later fact may come back to. A reversal needs the buckets that its act was counted in. */
export interface KeptActs {
  keep(act: ActDecision): void;
  settle(settled: SettlingEvent): void;
  find(id: string): ActOnLedger | undefined;
  /** Nothing of it is left to reverse. */
  forget(id: string): void;
}

export type Became = {
  /** What had fallen due by then, before it was decided. */
  readonly expired: readonly ActExpired[];
} & (
  | { readonly became: 'folded' | 'leftOut' | 'due' }
  | { readonly became: 'decided'; readonly event: BookEvent }
  /** The same command would have been refused: nothing would have been recorded. */
  | { readonly became: 'refused'; readonly code: RefusalCode }
);

/** What the actor might do was settled when it was recorded, and is no matter of the policy. */
const ANYBODY: readonly AccessRole[] = ['admin'];
const NONE: readonly ActExpired[] = [];

export class CounterfactualBook {
  readonly state: BookState;
  readonly #candidate: Candidate;
  readonly #kept: KeptActs;
  /** Nothing is ever drafted on it: it reads the state as it is. */
  readonly #draft: Draft;
  readonly #isShadow: boolean;
  #isInForce = false;

  /**
   * @param state a fresh book, or one as it really stood; it is taken over
   * @param since with a book as it stood: the fact from which on the candidate is in force in it, on top of the usage
   * and of what was in force before. Acts that `kept` does not know are then from before.
   */
  constructor(state: BookState, candidate: Candidate, kept: KeptActs, since?: Stamp) {
    this.state = state;
    this.#candidate = candidate;
    this.#kept = kept;
    this.#isShadow = since !== undefined;
    this.#draft = new Draft(state);
    if (since === undefined) return;
    // They may be settled here otherwise than they were, and be reversed then.
    for (const open of state.open.values()) kept.keep(essenceOfOpen(open));
    state.activations = state.activations.filter((activation) => isOver(activation, since.recordedAt));
    this.#putInForce({ recordedAt: since.recordedAt, actor: since.actor, asked: {} });
  }

  take(recorded: BookEvent): Became {
    const expired = this.#expire(recorded.recordedAt);
    const treatment = TREATMENT[recorded.type];
    if (treatment === 'decided') return this.#decide(recorded, expired);
    if (treatment === 'folded') this.#fold(this.#asStated(recorded));
    // In force as the first version was: a limit carries over from then on.
    else if (recorded.type === 'PolicyActivated') this.#putInForce(recorded);
    return { became: treatment, expired };
  }

  /** At the head of every round of the writer, as here of every fact. */
  #expire(now: number): readonly ActExpired[] {
    if (this.state.open.nextDueAt > now) return NONE;
    const expired = dueExpiries(this.#draft, now);
    for (const event of expired) {
      this.#fold(event);
      this.#kept.settle(event);
    }
    return expired;
  }

  #decide(recorded: BookEvent, expired: readonly ActExpired[]): Became {
    const command = commandOf(recorded);
    if (command === undefined) throw new Error(`nobody asked for ${recorded.type}`);
    const context = this.#contextOf(recorded);
    if (recorded.type === 'ActReversed' && this.#isShadow && context.act === undefined) {
      this.#fold(recorded);
      return { became: 'folded', expired };
    }
    let decided = decide(this.#draft, command, context);
    if ('event' in decided && isDecision(decided.event) && decided.event.policyVersion === null) {
      const { recordedAt, actor } = recorded;
      this.#isInForce = false;
      this.#putInForce({ recordedAt, actor, asked: {} });
      decided = decide(this.#draft, command, context);
    }
    if ('refusal' in decided) return { became: 'refused', code: decided.refusal.code, expired };
    if (!('event' in decided)) throw new Error(`${recorded.type} is never already stated`);
    const { event } = decided;
    this.#fold(event);
    this.#remember(event);
    return { became: 'decided', event, expired };
  }

  #contextOf(recorded: BookEvent): Context {
    const { recordedAt, actor, key } = recorded;
    // Nearly all of them.
    if (isDecision(recorded)) {
      const { id } = recorded;
      return key === undefined
        ? { recordedAt, actor, roles: ANYBODY, id }
        : { recordedAt, actor, roles: ANYBODY, id, key };
    }
    const act = recorded.type === 'ActReversed' ? this.#kept.find(recorded.act) : undefined;
    return {
      recordedAt,
      actor,
      roles: recorded.type === 'ApprovalCodeMade' ? (recorded.roles as readonly AccessRole[]) : ANYBODY,
      id: idOf(recorded),
      ...(key === undefined ? {} : { key }),
      ...(act === undefined ? {} : { act }),
      ...approvesAs(recorded),
    };
  }

  /** Once: nothing else is ever in force. */
  #putInForce(like: Omit<PolicyActivated, 'type' | 'version'>): void {
    if (this.#isInForce) return;
    this.#isInForce = true;
    const { version, policy } = this.#candidate;
    const { recordedAt, actor, asked, from, fromDate } = like;
    const stamp = { recordedAt, actor };
    const source = { format: 'json', text: '' } as const;
    this.#fold({ type: 'PolicyDrafted', version, policy, source, ...stamp });
    this.#fold({
      type: 'PolicyActivated',
      version,
      asked,
      ...(from === undefined ? {} : { from }),
      ...(fromDate === undefined ? {} : { fromDate }),
      ...stamp,
    });
  }

  #asStated(recorded: BookEvent): BookEvent {
    const { fiscalCalendar } = this.#candidate;
    return recorded.type === 'BookDefined' && fiscalCalendar !== undefined
      ? { ...recorded, book: { ...recorded.book, fiscalCalendar } }
      : recorded;
  }

  #remember(event: BookEvent): void {
    switch (event.type) {
      case 'ActAccepted':
      case 'ActDeclined':
      case 'ActHeld':
      case 'ActReserved':
        this.#kept.keep(event);
        break;
      case 'ActApproved':
      case 'ActCommitted':
      case 'ActRejected':
      case 'ActReleased':
        this.#kept.settle(event);
        break;
      case 'ActReversed':
        if (event.whole) this.#kept.forget(event.act);
    }
  }

  #fold(event: BookEvent): void {
    evolve(this.state, event, this.state.revision + 1);
    // The one thing a draft takes a copy of.
    this.#draft.accepted = this.state.accepted;
  }
}

const TWO_DAYS_MS = 172_800_000;

/** Whether the activation is in force everywhere by then, however far west: it cannot come after the candidate's. */
function isOver(activation: Activation, now: number): boolean {
  if (activation.fromDayNo !== undefined) return activation.fromDayNo * DAY_MS + TWO_DAYS_MS <= now;
  return activation.immediate || activation.at <= now;
}

/** The roles of the approver's key are recorded as far as they gave the authority; a code remembers those of its maker. */
function approvesAs(recorded: BookEvent): { readonly approvesAs?: readonly string[] } {
  if (recorded.type !== 'ActApproved') return {};
  if (recorded.authority !== undefined) return { approvesAs: [recorded.authority.role] };
  return recorded.code === undefined ? { approvesAs: [] } : {};
}
