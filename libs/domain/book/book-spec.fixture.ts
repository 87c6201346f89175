/** Given facts, when a command, then its decision: a book in memory whose clock the test sets. */
import { type Actor, ADMIN } from '../access/access.ts';
import type { Amounts, AskedAct } from '../act/act.ts';
import type { AppliesTo, Dimension, Limit, Policy, Window } from '../policy/policy.ts';
import { parseInstant } from '../time/instant.ts';
import { type Allowance, allowancesOf } from './allowances.ts';
import type { Command } from './commands.ts';
import type { ActOnLedger } from './context.ts';
import { type Context, type Decided, decide } from './decide.ts';
import { Draft } from './draft.ts';
import {
  type ActDecision,
  type ActExpired,
  type BookEvent,
  type GuardrailReceipt,
  isDecision,
  type LimitReceipt,
} from './events.ts';
import { evolve } from './evolve.ts';
import { dueExpiries } from './expiry.ts';
import type { Key } from './named-bucket.ts';
import { initialState } from './state.ts';

export class BookSpec {
  readonly state = initialState('london');
  /** Whoever gives the commands from now on. */
  actor: Actor = ADMIN;
  #nowMs = 0;
  readonly #acts = new Map<string, ActOnLedger>();

  /** A book in London with a café there (cut-over 04:00), one in New York, and two baristas. */
  static open(now: string): BookSpec {
    const spec = new BookSpec();
    spec.at(now);
    spec.given({ type: 'DefineBook', book: { currency: 'GBP', timeZone: 'Europe/London', fourEyes: false } });
    spec.location('soho', 'Europe/London', '04:00', 'south');
    spec.location('bronx', 'America/New_York', '04:00');
    spec.given({ type: 'DefineEmployee', id: 'ann', employee: { roles: ['barista'], homeLocation: 'soho' } });
    spec.given({ type: 'DefineEmployee', id: 'bob', employee: { roles: ['barista', 'lead'] } });
    return spec;
  }

  at(now: string): this {
    this.#nowMs = ms(now);
    return this;
  }

  given(command: Command, by: Partial<Pick<Context, 'actor' | 'roles'>> = {}): BookEvent {
    const decided = this.when(command, by);
    if (!('event' in decided)) throw new Error(`not given: ${JSON.stringify(decided)}`);
    return decided.event;
  }

  location(id: string, timeZone: string, businessDayStartsAt: string, region?: string): void {
    const location = { timeZone, businessDayStartsAt, ...(region === undefined ? {} : { region }) };
    this.given({ type: 'DefineLocation', id, location });
  }

  inForce(limits: readonly Limit[], more: Partial<Policy> = {}): this {
    const policy: Policy = { currency: 'GBP', uncovered: 'allow', limits, rules: [], ...more };
    const drafted = this.given({ type: 'DraftPolicy', policy, source: { format: 'json', text: '' } });
    if (drafted.type === 'PolicyDrafted') this.given({ type: 'ActivatePolicy', version: drafted.version });
    return this;
  }

  /** As the writer does: what has fallen due is recorded first. */
  when(command: Command, by: Partial<Pick<Context, 'actor' | 'roles'>> = {}): Decided {
    this.expire();
    const about = command.type === 'ProposeStory' || command.type === 'TakeUpStory' ? command.asked : command;
    const act = 'act' in about && about.act !== undefined ? this.#acts.get(about.act) : undefined;
    const context: Context = {
      recordedAt: this.#nowMs,
      actor: this.actor.subject,
      roles: this.actor.roles,
      ...by,
      id: `act-${this.state.revision + 1}`,
      ...(act === undefined ? {} : { act }),
    };
    const decided = decide(new Draft(this.state), command, context);
    if ('event' in decided) this.#put(decided.event);
    return decided;
  }

  /** Records what has fallen due. */
  expire(): readonly ActExpired[] {
    const due = dueExpiries(new Draft(this.state), this.#nowMs);
    for (const expiry of due) this.#put(expiry);
    return due;
  }

  #put(event: BookEvent): void {
    evolve(this.state, event, this.state.revision + 1);
    if (isDecision(event)) this.#acts.set(event.id, { decided: event });
    else if (event.type !== 'ActReversed' && 'act' in event && event.type !== 'ApprovalCodeMade') {
      this.#acts.set(event.act, { decided: this.#acts.get(event.act)!.decided, settled: event });
    }
  }

  /** Posts an act, a free flat white by Ann in Soho unless told otherwise. */
  act(asked: Partial<Omit<AskedAct, 'occurredAt'>> & { readonly occurredAt?: string } = {}): ActDecision {
    const decided = this.ask(asked);
    if (!('event' in decided)) throw new Error(`not decided: ${JSON.stringify(decided)}`);
    return decided.event as ActDecision;
  }

  ask(
    asked: Partial<Omit<AskedAct, 'occurredAt'>> & { readonly occurredAt?: string } = {},
    by: Partial<Pick<Context, 'actor' | 'roles'>> = {},
  ): Decided {
    const { occurredAt, ...rest } = asked;
    const full: AskedAct = {
      mode: 'request',
      kind: 'comp',
      trigger: 'recovery',
      employee: 'ann',
      location: 'soho',
      retailMinor: 390,
      costMinor: 80,
      ...rest,
      ...(occurredAt === undefined ? {} : { occurredAt: ms(occurredAt) }),
    };
    return this.when({ type: 'DecideAct', asked: full }, by);
  }

  reverse(act: string, asked: Partial<Amounts> = {}): Decided {
    return this.when({ type: 'ReverseAct', act, reason: 'wrong key', asked });
  }

  left(employee: string, at?: string, key: Key = {}): readonly Allowance[] {
    const now = this.#nowMs;
    return allowancesOf(this.state, { employee, at: at === undefined ? now : ms(at), now, key }) ?? [];
  }
}

export function ms(text: string): number {
  const instant = parseInstant(text);
  if (instant === undefined) throw new Error(`not an instant: ${text}`);
  return instant;
}

export function limit(
  id: string,
  per: readonly Dimension[],
  window: Window,
  allow: Limit['allow'],
  more: Partial<Limit> & { readonly appliesTo?: AppliesTo } = {},
): Limit {
  return { id, appliesTo: {}, per, window, allow, beyond: 'decline', ...more };
}

export const WEEK: Window = { every: 'week', startsOn: 'monday' };
export const rolling = (hours: number): Window => ({
  every: 'rolling',
  durationMs: hours * 3_600_000,
  duration: `PT${hours}H`,
});

/** What each guardrail found, by its id. */
export function found(event: ActDecision): Record<string, string> {
  return Object.fromEntries(event.guardrails.map((receipt) => [nameOf(receipt), receipt.finding]));
}

export function receiptOf(event: ActDecision, id: string): LimitReceipt {
  const receipt = event.guardrails.find((one) => nameOf(one) === id);
  if (receipt === undefined || !('limit' in receipt)) throw new Error(`no receipt of ${id}`);
  return receipt;
}

function nameOf(receipt: GuardrailReceipt): string {
  if ('limit' in receipt) return receipt.limit;
  return 'rule' in receipt ? receipt.rule : receipt.standing;
}
