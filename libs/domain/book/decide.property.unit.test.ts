/**
 * Aim: for random policies and histories of all that may happen to an act, every answer equals that of a simple
 * model, no limit is exceeded by a decision, nothing stays reserved, `evaluate` answers as `request`, deciding in
 * rounds equals deciding one by one, and the book folded from stored text, or restored from a snapshot, is the same.
 */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeEvent, encodeEvent } from '../../events/codec.ts';
import { type Actor, ADMIN } from '../access/access.ts';
import { type AskedAct, LONGEST_TIME_TO_LIVE_MS, type Measure } from '../act/act.ts';
import type { Limit, Policy } from '../policy/policy.ts';
import { bucketId, ROLLING } from './buckets.ts';
import type { Command } from './commands.ts';
import type { ActOnLedger } from './context.ts';
import { type Context, type Decided, decide } from './decide.ts';
import { Draft } from './draft.ts';
import {
  type ActDecision,
  type BookEvent,
  type GuardrailReceipt,
  isDecision,
  type SettlingEvent,
} from './events.ts';
import { evolve } from './evolve.ts';
import { draftAt, dueExpiries } from './expiry.ts';
import {
  acts,
  EMPLOYEES,
  type Furnished,
  furnished,
  LOCATIONS,
  MINUTE,
  policies,
  putPolicy,
  type Settle,
  START,
  type Step,
  steps,
} from './histories.fixture.ts';
import { isOpen, type ModelAct, ReferenceBook } from './reference-model.fixture.ts';
import { BookState, initialState } from './state.ts';
import { NOTHING } from './timeline.ts';

/** What a receipt found, under the names the model uses. */
function findingsOf(receipts: readonly GuardrailReceipt[]): Map<string, string> {
  return new Map(
    receipts.map((receipt) => {
      if (!('limit' in receipt)) return ['uncovered', receipt.finding];
      if (receipt.missing !== undefined) return [`${receipt.limit}|missing`, receipt.finding];
      const key = Object.values(receipt.key).map((value) => `/${value}`);
      return [`${receipt.limit}|${key.join('')}`, receipt.finding];
    }),
  );
}

const STATUS = {
  ActAccepted: 'accepted',
  ActDeclined: 'declined',
  ActHeld: 'pending_approval',
  ActReserved: 'reserved',
  ActRejected: 'rejected',
  ActReleased: 'released',
  ActCommitted: 'accepted',
  ActReversed: 'reversed',
  ApprovalCodeMade: 'made',
} as Readonly<Record<string, string>>;

/** In the model's words: the status it made, or why it was refused. */
function answered(decided: Decided): string {
  if ('refusal' in decided) return decided.refusal.code;
  if (!('event' in decided)) throw new Error('nothing here is stated twice');
  const { event } = decided;
  return 'becomes' in event ? event.becomes : STATUS[event.type]!;
}

/** Tills write acts, approvers approve, whoever has a code may type it in, and `admin` may do anything. */
function may({ roles }: Actor, what: Settle['do'], code?: string): boolean {
  const approves = (what === 'approve' && code === undefined) || what === 'reject';
  return roles.some((role) => role === 'admin' || role === (approves ? 'approver' : 'till'));
}

function fitting(wanted: Settle['do'], { status }: ModelAct): Settle['do'] {
  const yes = wanted === 'approve' || wanted === 'commit';
  if (status === 'pending_approval') return yes ? 'approve' : 'reject';
  if (status === 'reserved') return yes ? 'commit' : 'release';
  return wanted;
}

/** The book and its model side by side, in rounds as the writer makes them. */
class SideBySide {
  readonly book: Furnished;
  readonly model = new ReferenceBook(LOCATIONS, EMPLOYEES);
  readonly #onLedger = new Map<string, ActOnLedger>();
  #codes: string[] = [];
  #now = START;
  #round: { readonly draft: Draft; readonly decided: BookEvent[] } | undefined;

  constructor(policy: Parameters<typeof furnished>[0]) {
    this.book = furnished(policy);
    this.model.policy = policy;
  }

  step(step: Step, i: number): void {
    switch (step.do) {
      case 'policy':
        this.endRound();
        putPolicy(this.book, step.policy, this.#now);
        this.model.policy = step.policy;
        break;
      case 'wait':
        this.passTo(this.#now + step.laterMin * MINUTE);
        break;
      case 'act':
        this.#act(step, i);
        break;
      case 'code': {
        const { by, minutes, which } = step;
        const act = which === undefined ? undefined : this.#pick(which, false);
        const bound = act === undefined ? {} : { act };
        const hash = `code-${i}`;
        const command = { type: 'MakeApprovalCode', hash, ...bound, expiresInMs: minutes * MINUTE } as const;
        const decided = this.#decide(command, i, { actor: by.subject, roles: by.roles });
        const expiresAt = this.#now + minutes * MINUTE;
        const code = { hash, maker: by.subject, roles: by.roles, ...bound, expiresAt };
        const expected = may(by, 'approve') ? this.model.makeCode(code, this.#now) : 'not-allowed';
        expect(answered(decided)).toBe(expected);
        if ('event' in decided) this.#codes.push(hash);
        break;
      }
      default:
        this.#settle(step, i);
    }
    this.#compareBuckets();
  }

  passTo(now: number): void {
    this.endRound();
    this.#now = now;
  }

  endRound(): void {
    for (const event of this.#round?.decided ?? []) this.#put(event);
    this.#round = undefined;
  }

  /** After the last deadline: everything has come to its end. */
  finish(): void {
    this.passTo(Math.max(this.#now, ...this.model.acts.map(({ expiresAt }) => expiresAt)));
    this.#draft();
    this.endRound();
    this.#compareBuckets();
    const { state } = this.book;
    expect(state.open.size).toBe(0);
    expect(state.reserved).toEqual(NOTHING);
    expect(state.open.nextDueAt).toBe(Number.POSITIVE_INFINITY);
    expect(state.buckets.toSnapshot().reserved).toEqual({ amounts: new Map(), rolling: new Map() });
  }

  #act(step: Step & { do: 'act' }, i: number): void {
    if (step.laterMin > 0) this.passTo(this.#now + step.laterMin * MINUTE);
    const occurredAt = this.#now - step.agoMin * MINUTE;
    const asked = { ...step.asked, occurredAt };
    const command = { type: 'DecideAct', asked } as const;
    const context = { actor: 'till', roles: ['till'] } as const;
    // A reader sees in force what has fallen due, before the writer has come to record it.
    const evaluated =
      this.#round === undefined
        ? decide(draftAt(this.book.state, this.#now), command, {
            recordedAt: this.#now,
            ...context,
            id: `a-${i}`,
          })
        : undefined;
    const decided = this.#decide(command, i, context);
    if (evaluated !== undefined) {
      const event = 'event' in evaluated && { event: { ...evaluated.event, key: `k-${i}` } };
      expect(event || evaluated).toEqual(decided);
    }
    if (!('event' in decided)) {
      expect(step.asked.mode !== 'record' && step.agoMin > 15).toBe(true);
      return;
    }
    const { event } = decided;
    if (!isDecision(event)) throw new Error(event.type);
    const expected = this.model.decide(event.id, asked, event.amounts, {
      at: occurredAt,
      now: this.#now,
      actor: 'till',
    });
    expect(findingsOf(event.guardrails)).toEqual(expected.findings);
    expect(answered(decided)).toBe(expected.act.status);
    if ('expiresAt' in event) expect(event.expiresAt).toBe(expected.act.expiresAt);
    if (asked.mode !== 'record' && expected.act.status !== 'declined') {
      expect(this.model.exceeded(expected.act)).toEqual([]);
    }
  }

  #settle({ do: wanted, which, any, by, asked, code }: Settle, i: number): void {
    const act = this.#pick(which, any);
    if (act === undefined) return;
    const what = any ? wanted : fitting(wanted, this.model.acts.find(({ id }) => id === act)!);
    const hash = code === undefined ? undefined : (this.#codes[code % (this.#codes.length + 1)] ?? 'unknown');
    const context = { actor: by.subject, roles: by.roles };
    const decide = (command: Command) => answered(this.#decide(command, i, context));
    const reply = (expected: () => string) => (may(by, what, hash) ? expected() : 'not-allowed');
    switch (what) {
      case 'approve': {
        const approver = { actor: by.subject, roles: by.roles };
        const found = decide({ type: 'ApproveAct', act, ...(hash === undefined ? {} : { code: hash }) });
        expect(found).toBe(reply(() => this.model.approve(act, approver, this.#now, hash)));
        break;
      }
      case 'reject':
        expect(decide({ type: 'RejectAct', act, reason: 'no' })).toBe(reply(() => this.model.reject(act)));
        break;
      case 'commit': {
        const found = decide({ type: 'CommitAct', act, asked });
        expect(found).toBe(reply(() => this.model.commit(act, asked)));
        break;
      }
      case 'release':
        expect(decide({ type: 'ReleaseAct', act })).toBe(reply(() => this.model.release(act)));
        break;
      case 'reverse': {
        const found = decide({ type: 'ReverseAct', act, reason: 'r', asked });
        expect(found).toBe(reply(() => this.model.reverse(act, asked)));
      }
    }
  }

  #pick(which: number, any: boolean): string | undefined {
    this.#draft();
    const open = this.model.acts.filter(isOpen);
    const from = any || open.length === 0 ? this.model.acts : open;
    return from[which % Math.max(1, from.length)]?.id;
  }

  #draft(): Draft {
    if (this.#round === undefined) {
      const draft = new Draft(this.book.state);
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
    this.book.put(event);
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
}

const runs = { numRuns: Number(process.env.GOODWILL_PROPERTY_RUNS ?? 300) };

describe('a random history under random policies', () => {
  it('is answered as the simple model answers it, exceeds no limit, and leaves nothing reserved', () => {
    fc.assert(
      fc.property(policies, steps, (policy, history) => {
        const both = new SideBySide(policy);
        history.forEach((step, i) => {
          both.step(step, i);
        });
        const { state, log } = both.book;
        both.endRound();
        const restored = BookState.fromSnapshot(structuredClone(state.toSnapshot()));
        expect(restored.toSnapshot()).toEqual(state.toSnapshot());
        expect({ ...restored }).toEqual({ ...state });
        both.finish();
        const folded = initialState(state.id);
        for (const event of log) evolve(folded, decodeEvent(encodeEvent(event)), folded.revision + 1);
        expect(folded.toSnapshot()).toEqual(state.toSnapshot());
      }),
      runs,
    );
  });

  it('is decided in a round as it is one by one', () => {
    fc.assert(
      fc.property(policies, fc.array(acts, { maxLength: 40 }), (policy, history) => {
        const round = furnished(policy);
        const single = furnished(policy);
        const draft = new Draft(round.state);
        history.forEach((step, i) => {
          const asked = { ...step.asked, occurredAt: START - step.agoMin * MINUTE };
          const context: Context = {
            recordedAt: START,
            actor: 'admin',
            roles: ADMIN.roles,
            key: `k-${i}`,
            id: `a-${i}`,
          };
          const inRound = decide(draft, { type: 'DecideAct', asked }, context);
          const alone = decide(new Draft(single.state), { type: 'DecideAct', asked }, context);
          expect(inRound).toEqual(alone);
          if (!('event' in alone)) return;
          draft.take(alone.event);
          single.put(alone.event);
        });
      }),
      runs,
    );
  });

  it('never lets what is asked take a bucket beyond what it allows', () => {
    fc.assert(
      fc.property(policies, fc.array(acts, { maxLength: 60 }), (policy, history) => {
        const hard: Policy = {
          ...policy,
          limits: policy.limits.map((limit) => ({ ...limit, beyond: 'decline' as const })),
        };
        const { state, put } = furnished(hard);
        const taken: { limit: Limit; bucket: string; event: ActDecision }[] = [];
        let now = START;
        history.forEach((step, i) => {
          now += step.laterMin * MINUTE;
          const asked: AskedAct = {
            ...step.asked,
            ...(i % 2 === 0
              ? { mode: 'request' as const }
              : { mode: 'reserve' as const, timeToLiveMs: LONGEST_TIME_TO_LIVE_MS }),
            occurredAt: now - (step.agoMin % 16) * MINUTE,
          };
          const decided = decide(
            new Draft(state),
            { type: 'DecideAct', asked },
            { recordedAt: now, actor: 'a', roles: ADMIN.roles, id: `a-${i}` },
          );
          if (!('event' in decided) || !isDecision(decided.event)) return;
          const { event } = decided;
          if (event.type === 'ActDeclined' || event.type === 'ActHeld') return;
          put(event);
          for (const receipt of event.guardrails) {
            if (!('limit' in receipt) || receipt.missing !== undefined) continue;
            const limit = hard.limits.find(({ id }) => id === receipt.limit)!;
            const bucket = JSON.stringify([receipt.limit, receipt.window.label, receipt.key]);
            if (limit.window.every !== 'act') taken.push({ limit, bucket, event });
          }
        });
        for (const { limit, bucket, event } of taken) {
          const durationMs =
            limit.window.every === 'rolling' ? limit.window.durationMs : Number.POSITIVE_INFINITY;
          const at = limit.window.every === 'rolling' ? event.occurredAt : Number.POSITIVE_INFINITY;
          const together = taken.filter(
            (other) =>
              other.bucket === bucket &&
              (at === Number.POSITIVE_INFINITY ||
                (other.event.occurredAt > at - durationMs && other.event.occurredAt <= at)),
          );
          for (const [measure, allowed] of Object.entries(limit.allow)) {
            const sum = together.reduce((total, one) => total + one.event.amounts[measure as Measure], 0);
            expect(sum).toBeLessThanOrEqual(allowed);
          }
        }
      }),
      runs,
    );
  });
});
