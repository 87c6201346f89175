/**
 * The book as simply as it can be said: lists of what happened, summed anew for every question. Slow and obvious; the
 * real one is held against it.
 */
import { type Amounts, type AskedAct, MEASURES } from '../act/act.ts';
import type { Limit } from '../policy/policy.ts';
import { windowAt } from '../time/windows.ts';
import type { GuardrailReceipt, LimitReceipt, MeasureReceipt } from './events.ts';
import { ReferenceAdjustments } from './reference-adjustments.fixture.ts';
import {
  isNothing,
  isOpen,
  type ModelAct,
  type ModelBucket,
  nameOf,
  ReferenceFacts,
  sum,
} from './reference-facts.fixture.ts';
import { type ModelDraw, ReferenceLots } from './reference-lots.fixture.ts';
import { ReferencePolicies } from './reference-policies.fixture.ts';
import { beyond, type Look, room, tightest, windowsOf } from './reference-purses.fixture.ts';
import { ruleReceipts } from './reference-rules.fixture.ts';

const MINUTE = 60_000;

export interface ModelCode {
  readonly hash: string;
  readonly maker: string;
  readonly roles: readonly string[];
  readonly act?: string;
  readonly expiresAt: number;
  used: boolean;
}

export interface ModelApprover {
  readonly actor: string;
  readonly roles: readonly string[];
}

export interface Expected {
  readonly act: ModelAct;
  readonly version: number | null;
  readonly guardrails: readonly GuardrailReceipt[];
  readonly draw: ModelDraw | undefined;
}

export class ReferenceBook extends ReferenceFacts {
  readonly lots = new ReferenceLots(this);
  readonly policies = new ReferencePolicies(this);
  readonly adjusting = new ReferenceAdjustments(this);
  #codes: ModelCode[] = [];

  /** What has fallen due by `now`, in its order: `act became at`. */
  expire(now: number): string[] {
    const due = this.acts.filter((act) => isOpen(act) && act.expiresAt <= now);
    due.sort((a, b) => a.expiresAt - b.expiresAt || a.id.localeCompare(b.id));
    return due.map((act) => {
      act.fellDue = true;
      act.status = act.status === 'pending_approval' && act.then === 'accept' ? 'accepted' : 'expired';
      return `${act.id} ${act.status} ${act.expiresAt}`;
    });
  }

  decide(id: string, asked: AskedAct, at: number, now: number, actor: string): Expected {
    const { employee, location } = asked;
    const amounts = this.amounts(asked);
    const active = this.inForce(now, location);
    const guardrails: GuardrailReceipt[] = [];
    if (active === undefined) guardrails.push({ standing: 'no-active-policy', finding: 'decline' });
    if (this.employee(employee) === undefined) {
      guardrails.push({ standing: 'unknown-employee', finding: 'decline' });
    }
    if (!this.locations.has(location)) guardrails.push({ standing: 'unknown-location', finding: 'decline' });
    const { draw, receipts: ofCampaign } = this.lots.ofAct(asked, at);
    guardrails.push(...ofCampaign);
    const limits = (active?.policy.limits ?? []).filter((limit) => this.applies(limit, asked));
    const receipts = limits.flatMap((limit) =>
      this.#receipts(limit, id, asked, amounts, { at, now, location }),
    );
    const uncovered = active?.policy.uncovered ?? 'allow';
    guardrails.push(...receipts);
    if (receipts.length === 0 && uncovered !== 'allow') {
      guardrails.push({ standing: 'uncovered', finding: uncovered });
    }
    guardrails.push(...ruleReceipts(active?.policy.rules ?? [], this, asked, at));
    const found = guardrails.map(({ finding }) => finding);
    const status =
      asked.mode === 'record'
        ? 'accepted'
        : found.includes('decline')
          ? 'declined'
          : found.includes('hold')
            ? 'pending_approval'
            : asked.mode === 'reserve'
              ? 'reserved'
              : 'accepted';
    const hold = active?.policy.hold ?? { durationMs: 30 * MINUTE, then: 'expire' };
    const lasts = status === 'pending_approval' ? hold.durationMs : (asked.timeToLiveMs ?? 15 * MINUTE);
    const then = status === 'pending_approval' && asked.mode === 'request' ? hold.then : 'expire';
    const buckets = receipts.flatMap(({ limit, window: { label }, key, missing }) =>
      missing === undefined && label !== 'act' && !('act' in key) ? [{ limit, label, key }] : [],
    );
    const names = new Set(buckets.map(nameOf));
    const expiresAt = now + lasts;
    const act: ModelAct = { id, asked, at, buckets, names, actor, status, amounts, expiresAt, then };
    this.acts.push(act);
    return { act, version: active?.version ?? null, guardrails, draw };
  }

  /** @returns the status it has come to, or the code of the refusal */
  approve(id: string, by: ModelApprover, now: number, hash?: string): string {
    const act = this.acts.find((one) => one.id === id);
    const closed = whyNot(act, 'pending_approval');
    if (closed !== undefined) return closed;
    const code = this.#codes.findLast((one) => one.hash === hash && !isForgotten(one, now));
    if (hash !== undefined) {
      if (code === undefined || (code.act ?? id) !== id) return 'approval-code-wrong';
      if (code.used) return 'approval-code-used';
      if (now >= code.expiresAt) return 'approval-code-expired';
    }
    const approver = code === undefined ? by : { actor: code.maker, roles: code.roles };
    const refused = this.#mayNot(act!, approver, now);
    if (refused !== undefined) return refused;
    if (code !== undefined) code.used = true;
    if (act!.asked.mode === 'reserve') {
      act!.status = 'reserved';
      act!.expiresAt = now + (act!.asked.timeToLiveMs ?? 15 * MINUTE);
    } else act!.status = 'accepted';
    return act!.status;
  }

  reject(id: string): string {
    return this.#end(id, 'pending_approval', 'rejected');
  }

  release(id: string): string {
    return this.#end(id, 'reserved', 'released');
  }

  commit(id: string, asked: Partial<Amounts>): string {
    const act = this.acts.find((one) => one.id === id);
    const closed = whyNot(act, 'reserved');
    if (closed !== undefined) return closed;
    const amounts = { ...act!.amounts, ...asked };
    if (MEASURES.some((measure) => amounts[measure] > act!.amounts[measure]) || isNothing(amounts)) {
      return 'commit-exceeds-reservation';
    }
    act!.amounts = amounts;
    act!.status = 'accepted';
    return 'accepted';
  }

  /** The codes that may approve it, as far as what they were made for goes. */
  codesFor(act: string): string[] {
    return this.#codes.filter((code) => (code.act ?? act) === act).map(({ hash }) => hash);
  }

  makeCode(code: Omit<ModelCode, 'used'>, now: number): string {
    if (code.act !== undefined) {
      const act = this.acts.find(({ id }) => id === code.act);
      const refused =
        whyNot(act, 'pending_approval') ?? this.#mayNot(act!, { ...code, actor: code.maker }, now);
      if (refused !== undefined) return refused;
    }
    this.#codes = this.#codes.filter((one) => !isForgotten(one, now));
    this.#codes.push({ ...code, used: false });
    return 'made';
  }

  reverse(id: string, asked: Partial<Amounts>): string {
    const act = this.acts.find((one) => one.id === id);
    if (act === undefined) return 'act-not-found';
    if (act.status !== 'accepted') return 'act-not-reversible';
    const none = { count: 0, costMinor: 0, retailMinor: 0 };
    const amounts = Object.keys(asked).length === 0 ? act.amounts : { ...none, ...asked };
    const left = {
      count: act.amounts.count - amounts.count,
      costMinor: act.amounts.costMinor - amounts.costMinor,
      retailMinor: act.amounts.retailMinor - amounts.retailMinor,
    };
    if (MEASURES.some((measure) => left[measure] < 0) || isNothing(amounts)) return 'reversal-exceeds-act';
    act.amounts = left;
    return 'reversed';
  }

  /** Every bucket anything was ever counted in, with what is used and reserved of it. */
  buckets(): { readonly bucket: ModelBucket; readonly used: Amounts; readonly reserved: Amounts }[] {
    const all = new Map(this.acts.flatMap(({ buckets }) => buckets).map((one) => [nameOf(one), one]));
    return [...all].map(([name, bucket]) => ({
      bucket,
      used: sum(this.usedIn(name)),
      reserved: sum(this.openIn(name)),
    }));
  }

  /** For an act just let through: what it took beyond any limit that refuses what is beyond it. */
  exceeded({ asked: { location }, at, buckets, amounts }: ModelAct, now: number): string[] {
    const limits = this.inForce(now, location)?.policy.limits ?? [];
    return buckets.flatMap((bucket) => {
      const limit = limits.find(({ id }) => id === bucket.limit)!;
      if (limit.beyond !== 'decline') return [];
      const window = windowAt(
        limit.window,
        at,
        this.calendar(location),
        bucket.label.slice('shift:'.length),
      )!;
      return windowsOf(this, limit, bucket, window, { at, now, location }).flatMap(({ purses }) =>
        [...purses]
          .filter(([measure, purse]) => amounts[measure] > 0 && room(purse) < 0)
          .map(([measure]) => `${nameOf(bucket)} ${measure}`),
      );
    });
  }

  #receipts(limit: Limit, id: string, asked: AskedAct, amounts: Amounts, look: Look): LimitReceipt[] {
    const window = windowAt(limit.window, look.at, this.calendar(asked.location), asked.shift);
    const keys = this.keys(limit, id, asked);
    if (!Array.isArray(keys) || window === undefined) {
      if (limit.whenMissing === undefined) return [];
      const missing = [
        ...(Array.isArray(keys) ? [] : keys.missing),
        ...(window === undefined ? ['shift'] : []),
      ];
      const none = { label: 'none', from: null, to: null };
      return [{ limit: limit.id, key: {}, window: none, measures: {}, finding: limit.whenMissing, missing }];
    }
    return keys.map((key) => {
      const bucket = { limit: limit.id, label: window.label, key };
      const windows = windowsOf(this, limit, bucket, window, look);
      const told = tightest(windows, amounts);
      const measures = Object.fromEntries(
        [...told.purses].map(([measure, purse]) => [measure, figures(purse)]),
      );
      const exceeds = windows.some(({ purses }) => beyond(purses, amounts));
      const finding = exceeds ? limit.beyond : 'within';
      return { limit: limit.id, key, window: told.window, measures, finding };
    });
  }

  #end(id: string, from: ModelAct['status'], to: ModelAct['status']): string {
    const act = this.acts.find((one) => one.id === id);
    const closed = whyNot(act, from);
    if (closed !== undefined) return closed;
    act!.status = to;
    return to;
  }

  #mayNot(act: ModelAct, { actor, roles }: ModelApprover, now: number): string | undefined {
    if ([act.asked.employee, act.asked.customer, act.actor].includes(actor)) return 'self-approval';
    const authorities = this.inForce(now, act.asked.location)?.policy.authority;
    if (authorities === undefined) return undefined;
    const all = [...roles, ...(this.employee(actor)?.roles ?? [])];
    const enough = authorities.some(
      ({ role, upTo }) =>
        all.includes(role) &&
        MEASURES.every((measure) => upTo[measure] === undefined || act.amounts[measure] <= upTo[measure]),
    );
    return enough ? undefined : 'authority-missing';
  }
}

/** A day after it was of use. */
function isForgotten({ expiresAt }: ModelCode, now: number): boolean {
  return now > expiresAt + 24 * 60 * MINUTE;
}

function whyNot(act: ModelAct | undefined, wanted: ModelAct['status']): string | undefined {
  if (act === undefined) return 'act-not-found';
  if (act.status === wanted) return undefined;
  return act.fellDue ? 'act-expired' : 'act-not-open';
}

function figures({
  allowed,
  used,
  reserved,
  carriedOver,
  adjusted,
}: Parameters<typeof room>[0]): MeasureReceipt {
  if (carriedOver === 0 && adjusted === 0) return [allowed, used, reserved];
  return [allowed, used, reserved, carriedOver, adjusted];
}
