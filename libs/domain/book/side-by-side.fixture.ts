/** A book and its reference model, told the same, and held against each other after every step. */
import { expect } from '@jest/globals';
import { ADMIN } from '../access/access.ts';
import type { Policy } from '../policy/policy.ts';
import { NRF } from '../time/fiscal-calendar.ts';
import { adjustBoth } from './adjust-side-by-side.fixture.ts';
import { bucketsOf } from './allowances.ts';
import { answered, fitting, may } from './answered.fixture.ts';
import { bucketId, ROLLING } from './buckets.ts';
import type { Command } from './commands.ts';
import type { Context } from './context.ts';
import { decide } from './decide.ts';
import { EMPLOYEES, ITEMS, LOCATIONS, MINUTE, START } from './directory.fixture.ts';
import { isDecision } from './events.ts';
import { draftAt } from './expiry.ts';
import type { Act, MakeCode, Settle, Step } from './histories.fixture.ts';
import { type Announce, CAMPAIGN, type DrawStep } from './lot-histories.fixture.ts';
import type { Opening } from './policy-histories.fixture.ts';
import { PolicySideBySide } from './policy-side-by-side.fixture.ts';
import { isOpen } from './reference-facts.fixture.ts';
import { ReferenceBook } from './reference-model.fixture.ts';
import { room } from './reference-purses.fixture.ts';
import { Rounds } from './rounds.fixture.ts';
import { NOTHING } from './timeline.ts';

const TILL = { actor: 'till', roles: ['till'] } as const;
const BY_ADMIN = { actor: ADMIN.subject, roles: ADMIN.roles };

export class SideBySide {
  readonly model = new ReferenceBook(LOCATIONS, ITEMS, NRF);
  readonly rounds = new Rounds(START, (now) => this.model.expire(now));
  readonly #policies: PolicySideBySide;
  #codes: string[] = [];

  constructor(policy: Policy, { fourEyes, when }: Omit<Opening, 'policy'> = { fourEyes: false, when: {} }) {
    this.#policies = new PolicySideBySide(this, policy, fourEyes);
    for (const [sku, item] of ITEMS) this.rounds.alone({ type: 'DefineItem', sku, item }, 0, BY_ADMIN);
    for (const [id, location] of LOCATIONS) {
      this.rounds.alone({ type: 'DefineLocation', id, location }, 0, BY_ADMIN);
    }
    for (const [id, employee] of EMPLOYEES) this.step({ do: 'meet', id, employee }, 0);
    const first = { do: 'policy', change: { policy }, by: ADMIN.subject, until: 'activated', when } as const;
    this.step(first, 0);
  }

  step(step: Step, i: number): void {
    switch (step.do) {
      case 'policy':
      case 'life':
      case 'restate':
      case 'review':
        this.#policies.step(step, i);
        this.#policies.compareInForce();
        return;
      case 'wait':
        this.rounds.passTo(this.rounds.now + step.laterMin * MINUTE);
        break;
      case 'act':
        this.#act(step, i);
        break;
      case 'adjust':
        adjustBoth(this, step, i);
        break;
      case 'announce':
        this.#announce(step);
        break;
      case 'draw':
        this.#drawLot(step, i);
        break;
      case 'code':
        this.#makeCode(step, i);
        break;
      case 'meet': {
        const { id, employee } = step;
        this.rounds.alone({ type: 'DefineEmployee', id, employee }, i, BY_ADMIN);
        this.model.met.push({ id, employee, at: this.rounds.now });
        break;
      }
      case 'restore':
        this.rounds.restore();
        break;
      default:
        this.#settle(step, i);
    }
    this.#policies.compareInForce();
    this.#compareBuckets();
    this.#compareLeft(i);
  }

  /** After the last deadline: everything has come to its end. */
  finish(): void {
    this.rounds.passTo(Math.max(this.rounds.now, ...this.model.acts.map(({ expiresAt }) => expiresAt)));
    this.rounds.draft();
    this.rounds.end();
    this.#compareBuckets();
    const { state } = this.rounds;
    expect(state.open.size).toBe(0);
    expect(state.reserved).toEqual(NOTHING);
    expect(state.open.nextDueAt).toBe(Number.POSITIVE_INFINITY);
    expect(state.buckets.toSnapshot().reserved).toEqual({ amounts: new Map(), rolling: new Map() });
  }

  #act(step: Act, i: number): void {
    if (step.laterMin > 0) this.rounds.passTo(this.rounds.now + step.laterMin * MINUTE);
    const occurredAt = this.rounds.now - step.agoMin * MINUTE;
    const asked = { ...step.asked, occurredAt };
    const command = { type: 'DecideAct', asked } as const;
    const { model, rounds } = this;
    const { now } = rounds;
    // A reader sees in force what has fallen due, before the writer has come to record it.
    const reader = rounds.begun ?? draftAt(rounds.state, now);
    const evaluated = decide(reader, command, { recordedAt: now, ...TILL, key: `k-${i}`, id: `a-${i}` });
    const decided = rounds.decide(command, i, TILL);
    expect(evaluated).toEqual(decided);
    const unfit = model.unfit(asked, occurredAt, now);
    if (!('event' in decided) || unfit !== undefined) {
      expect(answered(decided)).toBe(unfit);
      return;
    }
    const { event } = decided;
    if (!isDecision(event)) throw new Error(event.type);
    const { act, version, guardrails, draw } = model.decide(event.id, asked, occurredAt, now, TILL.actor);
    expect(event.guardrails).toEqual(guardrails);
    expect(event.policyVersion).toBe(version);
    expect(event.draw).toEqual(draw);
    expect(event.amounts).toEqual(act.amounts);
    expect(answered(decided)).toBe(act.status);
    if ('expiresAt' in event) expect(event.expiresAt).toBe(act.expiresAt);
    if ('then' in event) expect(event.then).toBe(act.then);
    if (asked.mode === 'record' || act.status === 'declined') return;
    expect(this.model.exceeded(act, this.rounds.now)).toEqual([]);
    if (act.status !== 'pending_approval') {
      expect(event.guardrails.filter(({ finding }) => finding === 'hold')).toEqual([]);
    }
  }

  #announce({ campaign }: Announce): void {
    const command = { type: 'DefineCampaign', id: CAMPAIGN, campaign } as const;
    const found = answered(this.rounds.alone(command, 0, BY_ADMIN));
    expect(found).toBe(this.model.lots.announce(CAMPAIGN, campaign, this.rounds.now));
  }

  #drawLot({ asked: { ...asked }, agoMin }: DrawStep, i: number): void {
    const occurredAt = this.rounds.now - agoMin * MINUTE;
    const command = { type: 'DrawLot', asked: { ...asked, occurredAt } } as const;
    const decided = this.rounds.decide(command, i, TILL);
    const found =
      'event' in decided && decided.event.type === 'LotDrawn' ? decided.event.draw : answered(decided);
    expect(found).toEqual(this.model.lots.draw(asked, occurredAt, this.rounds.now));
  }

  #makeCode({ by, minutes, which, typed }: MakeCode, i: number): void {
    const act = which === undefined ? undefined : this.#pick(which, which % 5 === 0);
    const bound = act === undefined ? {} : { act };
    const hash = `code-${i}`;
    const command = { type: 'MakeApprovalCode', hash, ...bound, expiresInMs: minutes * MINUTE } as const;
    const decided = this.rounds.decide(command, i, { actor: by.subject, roles: by.roles });
    const { now } = this.rounds;
    const code = { hash, maker: by.subject, roles: by.roles, ...bound, expiresAt: now + minutes * MINUTE };
    expect(answered(decided)).toBe(may(by, 'approve') ? this.model.makeCode(code, now) : 'not-allowed');
    if ('event' in decided) this.#codes.push(hash);
    for (let time = 0; time < typed; time++) {
      const waiting = this.model.acts.find(({ status }) => status === 'pending_approval')?.id ?? act;
      if (waiting !== undefined) this.#settleOne('approve', waiting, TILL, { hash }, i);
    }
  }

  #settle({ do: wanted, which, any, by, asked, code }: Settle, i: number): void {
    const act = any && which % 17 === 0 ? 'nothing' : this.#pick(which, any);
    if (act === undefined) return;
    const what = any ? wanted : fitting(wanted, this.model.acts.find(({ id }) => id === act)!);
    const hash = code === undefined ? undefined : this.#code(code, act);
    this.#settleOne(what, act, { actor: by.subject, roles: by.roles }, { hash, asked }, i);
  }

  #settleOne(
    what: Settle['do'],
    act: string,
    by: Pick<Context, 'actor' | 'roles'>,
    { hash, asked = {} }: { readonly hash?: string | undefined; readonly asked?: Settle['asked'] },
    i: number,
  ): void {
    const typed = hash === undefined ? {} : { code: hash };
    const { model, rounds } = this;
    const told: Readonly<Record<Settle['do'], readonly [Command, () => string]>> = {
      approve: [{ type: 'ApproveAct', act, ...typed }, () => model.approve(act, by, rounds.now, hash)],
      reject: [{ type: 'RejectAct', act, reason: 'no' }, () => model.reject(act)],
      commit: [{ type: 'CommitAct', act, asked }, () => model.commit(act, asked)],
      release: [{ type: 'ReleaseAct', act }, () => model.release(act)],
      reverse: [{ type: 'ReverseAct', act, reason: 'r', asked }, () => model.reverse(act, asked)],
    };
    const [command, expected] = told[what];
    const found = answered(rounds.decide(command, i, by));
    expect(`${what}: ${found}`).toBe(`${what}: ${may(by, what, hash) ? expected() : 'not-allowed'}`);
  }

  /** Undefined: none was made for it, and so the actor's own name will do. */
  #code(code: number, act: string): string | undefined {
    const made = this.model.codesFor(act);
    const from = code % 4 === 0 ? [...this.#codes, 'unknown'] : made;
    return from[code % from.length];
  }

  /** Unless any: of those that are open, or else of what can be reversed. */
  #pick(which: number, any: boolean): string | undefined {
    this.rounds.draft();
    const { acts } = this.model;
    const open = acts.filter(isOpen);
    const from = any ? acts : open.length > 0 ? open : acts.filter(({ status }) => status === 'accepted');
    return from[which % Math.max(1, from.length)]?.id;
  }

  #compareBuckets(): void {
    const draft = this.rounds.draft();
    const ever = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] as const;
    const buckets = this.model.buckets();
    const found = buckets.map(({ bucket }) => {
      const id = bucketId(bucket.limit, bucket.label, bucket.key);
      return bucket.label === ROLLING
        ? { bucket, used: draft.usedBetween(id, ...ever), reserved: draft.reservedBetween(id, ...ever) }
        : { bucket, used: draft.used(id), reserved: draft.reserved(id) };
    });
    expect(found).toEqual(buckets);
  }

  /** One key in turn: what remains of every limit in force, as a till asks for it. Only what is durable is told. */
  #compareLeft(i: number): void {
    if (this.rounds.isOpen) return;
    const location = [...LOCATIONS.keys()][i % LOCATIONS.size]!;
    const employee = [...EMPLOYEES.keys()][i % EMPLOYEES.size]!;
    const who = { employee, customer: 'c-1', incident: 'i-1', campaign: 'kindness', role: 'barista' };
    const key = { ...who, location, shift: 'early' };
    const { now, state } = this.rounds;
    for (const limit of this.model.inForce(now, location)?.policy.limits ?? []) {
      const found = bucketsOf(state, { limit: limit.id, key, at: now, now });
      const expected = this.model.adjusting.standing(limit, key, now);
      if (found === undefined) throw new Error(`${limit.id} is in force`);
      if (!('bucket' in found) || expected === undefined) {
        expect(found).toHaveProperty(expected === undefined ? 'missing' : 'bucket');
        continue;
      }
      const left = [...expected.purses].map(([measure, purse]) => [
        measure,
        { ...purse, remaining: room(purse) },
      ]);
      expect(found.bucket.measures).toEqual(Object.fromEntries(left));
    }
  }
}
