/** A book and its reference model, told the same in rounds as the writer makes them, and held against each other. */
import { expect } from '@jest/globals';
import { ADMIN } from '../access/access.ts';
import { MEASURES } from '../act/act.ts';
import type { Policy } from '../policy/policy.ts';
import { NRF } from '../time/fiscal-calendar.ts';
import { bucketsOf } from './allowances.ts';
import { answered, fitting, may } from './answered.fixture.ts';
import { bucketId, ROLLING } from './buckets.ts';
import type { Command } from './commands.ts';
import type { ActOnLedger } from './context.ts';
import { type Context, type Decided, decide } from './decide.ts';
import { Draft } from './draft.ts';
import { type BookEvent, isDecision, type SettlingEvent } from './events.ts';
import { evolve } from './evolve.ts';
import { draftAt, dueExpiries } from './expiry.ts';
import {
  type Act,
  type Adjust,
  EMPLOYEES,
  LOCATIONS,
  MINUTE,
  type NewPolicy,
  type Settle,
  SKU,
  START,
  type Step,
} from './histories.fixture.ts';
import { type Announce, CAMPAIGN, type DrawStep } from './lot-histories.fixture.ts';
import { names, otherWords } from './other-words.fixture.ts';
import { isOpen } from './reference-facts.fixture.ts';
import { ReferenceBook } from './reference-model.fixture.ts';
import { room } from './reference-purses.fixture.ts';
import { BookState, initialState } from './state.ts';
import { NOTHING } from './timeline.ts';

export class SideBySide {
  state = initialState('the book');
  readonly log: BookEvent[] = [];
  readonly model = new ReferenceBook(LOCATIONS, NRF);
  readonly #onLedger = new Map<string, ActOnLedger>();
  #policy: Policy;
  #codes: string[] = [];
  #now = START;
  #round: { readonly draft: Draft; readonly decided: BookEvent[] } | undefined;

  constructor(policy: Policy) {
    this.#policy = policy;
    const book = { currency: 'GBP', timeZone: 'UTC', fourEyes: false, fiscalCalendar: NRF };
    this.#alone({ type: 'DefineBook', book });
    this.#alone({ type: 'DefineItem', sku: SKU, item: { retailMinor: 0, costMinor: 0 } });
    for (const [id, location] of LOCATIONS) this.#alone({ type: 'DefineLocation', id, location });
    for (const [id, employee] of EMPLOYEES) this.step({ do: 'meet', id, employee }, 0);
    this.step({ do: 'policy', change: { policy }, when: {} }, 0);
  }

  step(step: Step, i: number): void {
    switch (step.do) {
      case 'policy':
        this.#newPolicy(step);
        break;
      case 'wait':
        this.#passTo(this.#now + step.laterMin * MINUTE);
        break;
      case 'act':
        this.#act(step, i);
        break;
      case 'adjust':
        this.#adjust(step, i);
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
        this.#alone({ type: 'DefineEmployee', id, employee });
        this.model.met.push({ id, employee, at: this.#now });
        break;
      }
      case 'restore':
        this.endRound();
        this.restore();
        break;
      default:
        this.#settle(step, i);
    }
    this.#compareBuckets();
    this.#compareLeft(i);
  }

  endRound(): void {
    for (const event of this.#round?.decided ?? []) this.#put(event);
    this.#round = undefined;
  }

  restore(): void {
    const restored = BookState.fromSnapshot(structuredClone(this.state.toSnapshot()));
    expect(restored.toSnapshot()).toEqual(this.state.toSnapshot());
    this.state = restored;
  }

  /** After the last deadline: everything has come to its end. */
  finish(): void {
    this.#passTo(Math.max(this.#now, ...this.model.acts.map(({ expiresAt }) => expiresAt)));
    this.#draft();
    this.endRound();
    this.#compareBuckets();
    const { state } = this;
    expect(state.open.size).toBe(0);
    expect(state.reserved).toEqual(NOTHING);
    expect(state.open.nextDueAt).toBe(Number.POSITIVE_INFINITY);
    expect(state.buckets.toSnapshot().reserved).toEqual({ amounts: new Map(), rolling: new Map() });
  }

  #passTo(now: number): void {
    this.endRound();
    this.#now = now;
  }

  #act(step: Act, i: number): void {
    if (step.laterMin > 0) this.#passTo(this.#now + step.laterMin * MINUTE);
    const occurredAt = this.#now - step.agoMin * MINUTE;
    const asked = { ...step.asked, occurredAt };
    const command = { type: 'DecideAct', asked } as const;
    const by = { actor: 'till', roles: ['till'] } as const;
    // A reader sees in force what has fallen due, before the writer has come to record it.
    const reader = this.#round?.draft ?? draftAt(this.state, this.#now);
    const evaluated = decide(reader, command, { recordedAt: this.#now, ...by, key: `k-${i}`, id: `a-${i}` });
    const decided = this.#decide(command, i, by);
    expect(evaluated).toEqual(decided);
    if (!('event' in decided)) {
      expect(step.asked.mode !== 'record' && step.agoMin > 15).toBe(true);
      return;
    }
    const { event } = decided;
    if (!isDecision(event)) throw new Error(event.type);
    const { act, version, guardrails, draw } = this.model.decide(
      event.id,
      asked,
      occurredAt,
      this.#now,
      'till',
    );
    expect(event.guardrails).toEqual(guardrails);
    expect(event.policyVersion).toBe(version);
    expect(event.draw).toEqual(draw);
    expect(event.amounts).toEqual(act.amounts);
    expect(answered(decided)).toBe(act.status);
    if ('expiresAt' in event) expect(event.expiresAt).toBe(act.expiresAt);
    if ('then' in event) expect(event.then).toBe(act.then);
    if (asked.mode === 'record' || act.status === 'declined') return;
    expect(this.model.exceeded(act, this.#now)).toEqual([]);
    if (act.status !== 'pending_approval') {
      expect(event.guardrails.filter(({ finding }) => finding === 'hold')).toEqual([]);
    }
  }

  /** Alone, as whatever acts are decided by. */
  #announce({ campaign }: Announce): void {
    this.endRound();
    const command = { type: 'DefineCampaign', id: CAMPAIGN, campaign } as const;
    const decided = this.#decide(command, 0, { actor: 'admin', roles: ADMIN.roles });
    const found = 'event' in decided ? 'stated' : 'refusal' in decided ? decided.refusal.code : 'unchanged';
    expect(found).toBe(this.model.lots.announce(CAMPAIGN, campaign, this.#now));
    this.endRound();
  }

  #drawLot({ asked: { ...asked }, agoMin }: DrawStep, i: number): void {
    const occurredAt = this.#now - agoMin * MINUTE;
    const command = { type: 'DrawLot', asked: { ...asked, occurredAt } } as const;
    const decided = this.#decide(command, i, { actor: 'till', roles: ['till'] });
    const found =
      'event' in decided && decided.event.type === 'LotDrawn' ? decided.event.draw : answered(decided);
    expect(found).toEqual(this.model.lots.draw(asked, occurredAt, this.#now));
  }

  #makeCode({ by, minutes, which }: Step & { do: 'code' }, i: number): void {
    const act = which === undefined ? undefined : this.#pick(which, false);
    const bound = act === undefined ? {} : { act };
    const hash = `code-${i}`;
    const command = { type: 'MakeApprovalCode', hash, ...bound, expiresInMs: minutes * MINUTE } as const;
    const decided = this.#decide(command, i, { actor: by.subject, roles: by.roles });
    const expiresAt = this.#now + minutes * MINUTE;
    const code = { hash, maker: by.subject, roles: by.roles, ...bound, expiresAt };
    expect(answered(decided)).toBe(may(by, 'approve') ? this.model.makeCode(code, this.#now) : 'not-allowed');
    if ('event' in decided) this.#codes.push(hash);
  }

  #settle({ do: wanted, which, any, by, asked, code }: Settle, i: number): void {
    const act = this.#pick(which, any);
    if (act === undefined) return;
    const what = any ? wanted : fitting(wanted, this.model.acts.find(({ id }) => id === act)!);
    const hash = code === undefined ? undefined : (this.#codes[code % (this.#codes.length + 1)] ?? 'unknown');
    const approver = { actor: by.subject, roles: by.roles };
    const typed = hash === undefined ? {} : { code: hash };
    const { model } = this;
    const told: Readonly<Record<Settle['do'], readonly [Command, () => string]>> = {
      approve: [{ type: 'ApproveAct', act, ...typed }, () => model.approve(act, approver, this.#now, hash)],
      reject: [{ type: 'RejectAct', act, reason: 'no' }, () => model.reject(act)],
      commit: [{ type: 'CommitAct', act, asked }, () => model.commit(act, asked)],
      release: [{ type: 'ReleaseAct', act }, () => model.release(act)],
      reverse: [{ type: 'ReverseAct', act, reason: 'r', asked }, () => model.reverse(act, asked)],
    };
    const [command, expected] = told[what];
    const found = answered(this.#decide(command, i, approver));
    expect(`${what}: ${found}`).toBe(`${what}: ${may(by, what, hash) ? expected() : 'not-allowed'}`);
  }

  #adjust(step: Adjust, i: number): void {
    const { kind, which, agoMin, location, minus, by } = step;
    const { limits } = this.#policy;
    const limit = which % 9 === 0 ? undefined : limits[which % Math.max(1, limits.length)];
    const keyOf = (values: Adjust['key']) =>
      Object.fromEntries(
        Object.entries(values).filter(
          ([name]) => (limit !== undefined && names(limit, name)) !== (name === step.wrong),
        ),
      );
    const amounts = Object.fromEntries(
      MEASURES.filter((measure) => step.all || limit?.allow[measure] !== undefined).map((measure) => [
        measure,
        minus && kind === 'correction' ? 0 - step.amounts[measure] : step.amounts[measure],
      ]),
    );
    const asked = {
      ...(agoMin === undefined ? {} : { at: this.#now - agoMin * MINUTE }),
      ...(location === undefined ? {} : { location }),
      amounts,
    };
    const id = limit?.id ?? 'gone';
    // Whatever changes what acts are decided by is decided alone.
    this.endRound();
    const context = { actor: by, roles: ADMIN.roles };
    if (kind === 'transfer') {
      const moved = { ...asked, from: keyOf(step.key), to: keyOf(step.to) };
      const command = { type: 'TransferBetweenBuckets', limit: id, asked: moved, reason: 'r' } as const;
      const found = answered(this.#decide(command, i, context));
      expect(found).toBe(this.model.transfer(id, moved, by, this.#now));
    } else {
      const given = { ...asked, key: keyOf(step.key) };
      const command = { type: 'AdjustBucket', kind, limit: id, asked: given, reason: 'r' } as const;
      const found = answered(this.#decide(command, i, context));
      expect(found).toBe(this.model.adjust(kind, id, given, by, this.#now));
    }
    this.endRound();
  }

  #newPolicy({ change, when: { laterMin, days } }: NewPolicy): void {
    this.#policy = 'policy' in change ? change.policy : otherWords(this.#policy, change);
    const policy = this.#policy;
    const version = this.state.policies.size + 1;
    const from = laterMin === undefined ? undefined : this.#now + laterMin * MINUTE;
    const date = days === undefined ? undefined : new Date(this.#now + days * 86_400_000).toISOString();
    const fromDate = date?.slice(0, 10);
    this.#alone({ type: 'DraftPolicy', policy, source: { format: 'json', text: '' } });
    this.#alone({
      type: 'ActivatePolicy',
      version,
      ...(from === undefined ? {} : { from }),
      ...(fromDate === undefined ? {} : { fromDate }),
    });
    this.model.activations.push({
      version,
      policy,
      recordedAt: this.#now,
      ...(from !== undefined && from > this.#now ? { from } : {}),
      ...(fromDate === undefined ? {} : { fromDate }),
    });
  }

  #alone(command: Command): void {
    this.endRound();
    const decided = this.#decide(command, 0, { actor: 'admin', roles: ADMIN.roles });
    if ('refusal' in decided) throw new Error(`not given: ${JSON.stringify(decided)}`);
    this.endRound();
  }

  #pick(which: number, any: boolean): string | undefined {
    this.#draft();
    const open = this.model.acts.filter(isOpen);
    const from = any || open.length === 0 ? this.model.acts : open;
    return from[which % Math.max(1, from.length)]?.id;
  }

  #draft(): Draft {
    if (this.#round === undefined) {
      const draft = new Draft(this.state);
      const decided: BookEvent[] = [];
      const expected = this.model.expire(this.#now);
      for (const expiry of dueExpiries(draft, this.#now)) {
        draft.take(expiry);
        decided.push(expiry);
      }
      const found = decided.map(
        (event) => event.type === 'ActExpired' && `${event.act} ${event.becomes} ${event.dueAt}`,
      );
      expect(found).toEqual(expected);
      this.#round = { draft, decided };
    }
    return this.#round.draft;
  }

  #decide(command: Command, i: number, by: Pick<Context, 'actor' | 'roles'>): Decided {
    const draft = this.#draft();
    const act = 'act' in command && command.act !== undefined ? this.#known(command.act) : undefined;
    const context: Context = {
      recordedAt: this.#now,
      key: `k-${i}`,
      id: `a-${i}`,
      ...by,
      ...(act === undefined ? {} : { act }),
    };
    const decided = decide(draft, command, context);
    if ('event' in decided) {
      draft.take(decided.event);
      this.#round!.decided.push(decided.event);
    }
    return decided;
  }

  /** As the ledger has it, or, decided in this very round, as its client could not name it yet. */
  #known(act: string): ActOnLedger | undefined {
    const decided = this.#round!.decided.find((event) => isDecision(event) && event.id === act);
    return decided !== undefined && isDecision(decided) ? { decided } : this.#onLedger.get(act);
  }

  #put(event: BookEvent): void {
    evolve(this.state, event, this.state.revision + 1);
    this.log.push(event);
    if (isDecision(event)) this.#onLedger.set(event.id, { decided: event });
    else if ('buckets' in event && event.type !== 'ActReversed') {
      const settled: SettlingEvent = event;
      this.#onLedger.set(event.act, { decided: this.#onLedger.get(event.act)!.decided, settled });
    }
  }

  #compareBuckets(): void {
    const draft = this.#draft();
    const ever = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] as const;
    for (const { bucket, used, reserved } of this.model.buckets()) {
      const id = bucketId(bucket.limit, bucket.label, bucket.key);
      const rolling = bucket.label === ROLLING;
      expect(rolling ? draft.usedBetween(id, ...ever) : draft.used(id)).toEqual(used);
      expect(rolling ? draft.reservedBetween(id, ...ever) : draft.reserved(id)).toEqual(reserved);
    }
  }

  /** One key in turn: what remains of every limit in force, as a till asks for it. Only what is durable is told. */
  #compareLeft(i: number): void {
    if ((this.#round?.decided.length ?? 0) > 0) return;
    const location = [...LOCATIONS.keys()][i % LOCATIONS.size]!;
    const employee = [...EMPLOYEES.keys()][i % EMPLOYEES.size]!;
    const who = { employee, customer: 'c-1', incident: 'i-1', campaign: 'kindness', role: 'barista' };
    const key = { ...who, location, shift: 'early' };
    for (const limit of this.model.inForce(this.#now, location)?.policy.limits ?? []) {
      const found = bucketsOf(this.state, { limit: limit.id, key, at: this.#now, now: this.#now });
      const expected = this.model.standing(limit, key, this.#now);
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
